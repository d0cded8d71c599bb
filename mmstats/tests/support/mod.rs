//! What several tests of the library share. The one place of the tests with unsafe code: a fork,
//! an allocator, memory that a child shares.
#![allow(dead_code, reason = "each test uses a part")]

pub mod actor;
pub mod allocator;
pub mod forged;
pub mod guarded;
pub mod named;
pub mod plugin;
pub mod room;
pub mod shared;
pub mod traced;

use std::path::{Path, PathBuf};

use mmstats::{StatsFile, Value};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// Seconds after which a child is killed by its own alarm.
const PATIENCE: u32 = 30;

/// The stats files in a directory, sorted.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The value of a counter in one file.
pub fn counter(path: &Path, label: &str) -> u64 {
    let file = StatsFile::read(path).unwrap();
    match file.get(label).map(|stat| stat.value()) {
        Some(Value::Unsigned(value)) => value,
        other => panic!("{label} is {other:?}"),
    }
}

/// Runs `action` in a forked child and ends it by `exit`; gives the exit code.
///
/// `action` returns whether all was well. A child that hangs is killed by its own alarm.
pub fn in_child(action: impl FnOnce() -> bool) -> i32 {
    // SAFETY: the child of a process with several threads may call async-signal-safe functions
    // only. What it calls beyond that, glibc makes safe after a fork (malloc, exit), and the
    // rest is what is under test.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            nix::unistd::alarm::set(PATIENCE);
            let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(action));
            // SAFETY: runs the exit handlers and ends the process. Rust's own exit takes a lock
            // of the standard library first, which another thread may have held at the fork.
            unsafe { nix::libc::exit(i32::from(!well.unwrap_or(false))) }
        }
        ForkResult::Parent { child } => match waitpid(child, None).unwrap() {
            WaitStatus::Exited(_, code) => code,
            other => panic!("the child ended with {other:?}"),
        },
    }
}

/// Runs `action` in a forked child, and tells how that ended: without any clean-up, by the code 0
/// or, after a panic, 1; by its own alarm at the latest.
pub fn end_of(action: impl FnOnce()) -> WaitStatus {
    waitpid(start(action).unwrap(), None).unwrap()
}

/// Ends the calling thread and no other, as a main thread may that leaves its process to the rest.
pub fn end_of_thread() -> ! {
    // SAFETY: nothing of this thread's stack is used by anybody: it has no locals that are lent.
    unsafe { nix::libc::syscall(nix::libc::SYS_exit, 0) };
    unreachable!("the thread has ended")
}

/// Starts a forked child that runs `action` and ends as that of `end_of`.
pub fn start(action: impl FnOnce()) -> nix::Result<Pid> {
    // SAFETY: as in `in_child`.
    match unsafe { fork() }? {
        ForkResult::Child => {
            nix::unistd::alarm::set(PATIENCE);
            let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(action)).is_ok();
            // SAFETY: ends the process; nothing of it is used any more.
            unsafe { nix::libc::_exit(i32::from(!well)) }
        }
        ForkResult::Parent { child } => Ok(child),
    }
}
