//! The end of a process, and of the main thread alone.

use std::ffi::OsStr;
use std::{env, fs};

use nix::libc;

/// Runs a function when the process exits, before those that were registered earlier.
pub fn at_exit(function: extern "C" fn()) {
    // SAFETY: a function is there as long as the program.
    assert_eq!(unsafe { libc::atexit(function) }, 0);
}

/// Ends only the calling thread, as a main thread may that leaves the process to other threads.
pub fn exit_thread() -> ! {
    // SAFETY: nothing of this thread's stack is used by anybody: it has no locals that are lent.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
    unreachable!("the thread has ended")
}

/// Sets an environment variable of a single-threaded process.
pub fn set_variable(name: &str, value: impl AsRef<OsStr>) {
    assert_eq!(fs::read_dir("/proc/self/task").unwrap().count(), 1);
    // SAFETY: no other thread reads the environment, as there is none.
    unsafe { env::set_var(name, value) };
}
