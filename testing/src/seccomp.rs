//! Seccomp filters that make system calls fail, whatever machine the test runs on.

use std::env::consts::ARCH;

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

/// Runs `action` in a thread without unnamed files, as on some file systems: `O_TMPFILE` fails.
pub fn without_unnamed_files<R: Send>(action: impl FnOnce() -> R + Send) -> R {
    let run = || {
        refuse_unnamed_files();
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
    let rules = [(libc::SYS_openat, vec![SeccompRule::new(vec![is_set]).unwrap()])];
    let filter = SeccompFilter::new(
        rules.into(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EOPNOTSUPP as u32),
        ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    apply_filter(&program).unwrap();
}
