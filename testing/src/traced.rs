//! A child that is stopped and inspected: before and after each of its system calls, or after each
//! of its instructions.

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::os::fork::start_child;
use crate::required::requires;

/// Whether children may be traced here; if not, the test is skipped.
pub fn is_allowed() -> bool {
    let child = start_child(|| ptrace::traceme().unwrap()).unwrap();
    let end = waitpid(child, None).unwrap();
    requires(end == WaitStatus::Exited(child, 0), "processes may not be traced here")
}

/// Runs `action` in a forked child up to its `number`th stop, inspects it there, and kills it.
/// `None` if the child ended before that.
///
/// It stops before each system call, which it then doesn't make, and after each one.
pub fn killed_at_stop<R>(
    number: usize,
    action: impl FnOnce(),
    inspect: impl FnOnce(Pid) -> R,
) -> Option<R> {
    let child = start_stopped(|| (), |()| action());
    for _ in 0..=number {
        ptrace::syscall(child, None).unwrap();
        match waitpid(child, None).unwrap() {
            WaitStatus::PtraceSyscall(_) => {}
            WaitStatus::Exited(_, 0) => return None,
            other => panic!("the child came to {other:?}"),
        }
    }
    let seen = inspect(child);
    nix::sys::signal::kill(child, Signal::SIGKILL).unwrap();
    assert_eq!(waitpid(child, None), Ok(WaitStatus::Signaled(child, Signal::SIGKILL, false)));
    Some(seen)
}

/// Runs `action` on the result of `prepare` in a forked child, and inspects it after each of the
/// action's many instructions.
pub fn at_each_instruction<T>(
    prepare: impl FnOnce() -> T,
    action: impl FnOnce(T),
    mut inspect: impl FnMut(),
) {
    let child = start_stopped(prepare, action);
    loop {
        ptrace::step(child, None).unwrap();
        match waitpid(child, None).unwrap() {
            WaitStatus::Stopped(_, Signal::SIGTRAP) => inspect(),
            WaitStatus::Exited(_, 0) => return,
            other => panic!("the child came to {other:?}"),
        }
    }
}

/// Starts a child that stops between `prepare` and `action` and dies with this process.
fn start_stopped<T>(prepare: impl FnOnce() -> T, action: impl FnOnce(T)) -> Pid {
    let child = start_child(|| {
        let prepared = prepare();
        ptrace::traceme().unwrap();
        raise(Signal::SIGSTOP).unwrap();
        action(prepared);
    });
    let child = child.unwrap();
    assert_eq!(waitpid(child, None), Ok(WaitStatus::Stopped(child, Signal::SIGSTOP)));
    ptrace::setoptions(child, Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_EXITKILL).unwrap();
    child
}
