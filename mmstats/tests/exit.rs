//! Process exit. The only test of its program: exit handlers run in reverse order of registration,
//! so nothing else may have made the library register its own.

use std::mem;

use mmstats::Options;
use mmstats_testing::os::exit::{at_exit, set_variable};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::files;

#[test]
fn stats_created_during_exit_leave_no_file() {
    extern "C" fn after_the_library_s() {
        mem::forget(Options::dynamic("Late").create());
    }
    let directory = tempfile::tempdir().unwrap();
    let code = in_child(|| {
        set_variable("MMSTATS_PATH", directory.path());
        at_exit(after_the_library_s);
        mem::forget(Options::dynamic("Early").create());
        files(directory.path()).len() == 1
    });
    assert_eq!(code, 0);
    assert!(files(directory.path()).is_empty());
}
