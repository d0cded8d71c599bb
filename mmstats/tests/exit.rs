//! The end of the process. The one test of its program: handlers run in the reverse of the order in
//! which they were registered, so nothing else may have made the library register its own.

use std::mem;

use mmstats::Options;
use nix::libc;

mod support;
use support::{files, in_child};

#[test]
fn stats_that_are_made_while_the_process_ends_leave_no_file() {
    extern "C" fn after_the_library_s() {
        mem::forget(Options::dynamic("Late").create());
    }
    let directory = tempfile::tempdir().unwrap();
    let code = in_child(|| {
        // SAFETY: the child has one thread.
        unsafe { std::env::set_var("MMSTATS_PATH", directory.path()) };
        // SAFETY: the handler lives as long as the program.
        unsafe { libc::atexit(after_the_library_s) };
        mem::forget(Options::dynamic("Early").create());
        files(directory.path()).len() == 1
    });
    assert_eq!(code, 0);
    assert!(files(directory.path()).is_empty());
}
