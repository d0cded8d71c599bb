//! Seccomp filters that make system calls fail, whatever machine the test runs on.

use std::env::consts::ARCH;

use nix::errno::Errno;
use nix::libc::{self, c_long};
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, apply_filter,
};

/// From now on any system call but these kills this process.
pub fn allow_only(allowed: &[c_long]) -> Result<(), Error> {
    let allowed = allowed.iter().map(|call| (*call, Vec::new())).collect();
    let (otherwise, these) = (SeccompAction::KillProcess, SeccompAction::Allow);
    let filter: BpfProgram =
        SeccompFilter::new(allowed, otherwise, these, ARCH.try_into()?)?.try_into()?;
    apply_filter(&filter)
}

/// From now on this process is killed if it starts another one. Threads may be started.
pub fn forbid_processes() {
    const FLAGS: u8 = 0;
    // Its flags are in memory, where no filter sees them. Without it, `clone` is called.
    let any = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(0), 0);
    refuse(libc::SYS_clone3, any.unwrap(), libc::ENOSYS);
    let of_thread = SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64);
    let no_thread = SeccompCondition::new(FLAGS, SeccompCmpArgLen::Dword, of_thread, 0).unwrap();
    let rules = [
        (libc::SYS_clone, vec![SeccompRule::new(vec![no_thread]).unwrap()]),
        (libc::SYS_execve, Vec::new()),
        (libc::SYS_execveat, Vec::new()),
    ];
    let (otherwise, these) = (SeccompAction::Allow, SeccompAction::KillProcess);
    let filter = SeccompFilter::new(rules.into(), otherwise, these, ARCH.try_into().unwrap());
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    apply_filter(&program).unwrap();
}

/// Runs `action` in a thread without unnamed files, as on some file systems: `O_TMPFILE` fails.
pub fn without_unnamed_files<R: Send>(action: impl FnOnce() -> R + Send) -> R {
    in_thread_that(refuse_unnamed_files, action)
}

/// Runs `action` in a thread without IPv6, as on a kernel without it: a socket of that family fails.
/// So it does in processes that the thread starts.
pub fn without_ipv6<R: Send>(action: impl FnOnce() -> R + Send) -> R {
    in_thread_that(refuse_ipv6, action)
}

/// Runs `action` in a thread in which each `sendto` fails with this error.
pub fn with_failing_sends<R: Send>(error: Errno, action: impl FnOnce() -> R + Send) -> R {
    in_thread_that(|| fail_to_send(error), action)
}

fn in_thread_that<R: Send>(refuse: impl FnOnce() + Send, action: impl FnOnce() -> R + Send) -> R {
    let run = || {
        refuse();
        action()
    };
    std::thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| {
        std::panic::resume_unwind(panic);
    })
}

/// From now on `O_TMPFILE` fails in this thread.
pub fn refuse_unnamed_files() {
    const FLAGS: u8 = 2;
    let unnamed = libc::O_TMPFILE as u64;
    let is_set = SeccompCmpOp::MaskedEq(unnamed);
    let is_set = SeccompCondition::new(FLAGS, SeccompCmpArgLen::Dword, is_set, unnamed).unwrap();
    refuse(libc::SYS_openat, is_set, libc::EOPNOTSUPP);
}

fn refuse_ipv6() {
    const FAMILY: u8 = 0;
    let inet6 = libc::AF_INET6 as u64;
    let is_inet6 =
        SeccompCondition::new(FAMILY, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, inet6).unwrap();
    refuse(libc::SYS_socket, is_inet6, libc::EAFNOSUPPORT);
}

fn fail_to_send(error: Errno) {
    const FLAGS: u8 = 3;
    let any = SeccompCmpOp::MaskedEq(0);
    let any = SeccompCondition::new(FLAGS, SeccompCmpArgLen::Dword, any, 0).unwrap();
    refuse(libc::SYS_sendto, any, error as i32);
}

/// From now on this call fails in this thread, if the condition holds.
fn refuse(call: c_long, condition: SeccompCondition, error: i32) {
    let rules = [(call, vec![SeccompRule::new(vec![condition]).unwrap()])];
    let filter = SeccompFilter::new(
        rules.into(),
        SeccompAction::Allow,
        SeccompAction::Errno(error as u32),
        ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    apply_filter(&program).unwrap();
}
