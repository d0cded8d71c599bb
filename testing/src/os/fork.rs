//! Forked children. One that hangs is killed by its own alarm.

use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, alarm, fork};

/// Seconds after which a child is killed.
const TIMEOUT: u32 = 30;

/// Runs `action` in a child that ends with `exit`. Returns the exit code, 0 if `action` returned
/// `true`.
pub fn in_child(action: impl FnOnce() -> bool) -> i32 {
    // SAFETY: the child of a process with several threads may call async-signal-safe functions
    // only. What it calls beyond that, glibc makes safe after a fork (malloc, exit), and the
    // rest is what is under test.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            alarm::set(TIMEOUT);
            let succeeded = catch_unwind(AssertUnwindSafe(action)).unwrap_or(false);
            // SAFETY: runs the exit handlers and ends the process. Rust's own exit takes a lock
            // of the standard library first, which another thread may have held at the fork.
            unsafe { libc::exit(i32::from(!succeeded)) }
        }
        ForkResult::Parent { child } => match waitpid(child, None).unwrap() {
            WaitStatus::Exited(_, code) => code,
            other => panic!("the child ended with {other:?}"),
        },
    }
}

/// Runs `action` in a child that ends without exit handlers, with the code 0 or, after a panic, 1.
pub fn run_in_child(action: impl FnOnce()) -> WaitStatus {
    waitpid(start_child(action).unwrap(), None).unwrap()
}

/// Starts a child that runs `action` and ends like that of [`run_in_child`].
pub fn start_child(action: impl FnOnce()) -> nix::Result<Pid> {
    // SAFETY: as in `in_child`.
    match unsafe { fork() }? {
        ForkResult::Child => {
            alarm::set(TIMEOUT);
            let succeeded = catch_unwind(AssertUnwindSafe(action)).is_ok();
            // SAFETY: ends the process; nothing of it is used any more.
            unsafe { libc::_exit(i32::from(!succeeded)) }
        }
        ForkResult::Parent { child } => Ok(child),
    }
}
