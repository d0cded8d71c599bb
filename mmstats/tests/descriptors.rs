//! A program that closes descriptors it didn't open, as daemons do, and reuses their numbers: the
//! library closes none of those.

use std::fs::File;
use std::os::fd::AsRawFd;

use mmstats::{Counter, Field, Options, Processes, Published, Removal};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::{counter, files};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::unistd::close;
use tempfile::TempDir;

fn stats(directory: &TempDir) -> (Published<()>, Counter) {
    let stats = Options::dynamic("Daemon").path(directory.path()).create().unwrap();
    let hits = stats.add(Counter::named("hits")).unwrap();
    (stats, hits)
}

fn close_all() {
    for number in 3..1024 {
        let _ = close(number);
    }
}

/// Opens enough other descriptors to reuse the number of any that was closed.
fn strangers() -> Vec<File> {
    (0..100).map(|_| File::open("/dev/null").unwrap()).collect()
}

/// Whether all are open. Those that aren't can't be dropped, so none is.
fn are_open(strangers: Vec<File>) -> bool {
    let open = strangers.iter().all(|file| fcntl(file, FcntlArg::F_GETFD).is_ok());
    strangers.into_iter().for_each(std::mem::forget);
    open
}

#[test]
fn a_reused_descriptor_is_left_open() {
    let directory = tempfile::tempdir().unwrap();
    let code = in_child(|| {
        let (stats, hits) = stats(&directory);
        close_all();
        let strangers = strangers();
        // The stats still work, and their writer is alive.
        hits.incr();
        let path = stats.path().unwrap();
        let removal = mmstats::remove_if_dead(path, &mut Processes::new()).unwrap();
        let goes_on = counter(path, "hits") == 1 && matches!(removal, Removal::Alive { .. });
        drop((stats, hits));
        goes_on && files(directory.path()).is_empty() && are_open(strangers)
    });
    assert_eq!(code, 0);
}

#[test]
fn a_child_leaves_it_open_too() {
    let directory = tempfile::tempdir().unwrap();
    let code = in_child(|| {
        let _stats = stats(&directory);
        close_all();
        let strangers = strangers();
        in_child(|| are_open(strangers)) == 0
    });
    assert_eq!(code, 0);
}

/// With debug assertions the standard library aborts a program that closes a closed descriptor.
#[test]
fn a_closed_descriptor_is_not_closed_again() {
    let directory = tempfile::tempdir().unwrap();
    let code = in_child(|| {
        let (stats, hits) = stats(&directory);
        close_all();
        let child = in_child(|| {
            hits.incr();
            hits.get() == 1
        });
        drop((stats, hits));
        child == 0
    });
    assert_eq!(code, 0);
}

#[test]
fn its_own_descriptor_is_closed() {
    let directory = tempfile::tempdir().unwrap();
    let code = in_child(|| {
        let before = File::open("/dev/null").unwrap().as_raw_fd();
        let stats = stats(&directory);
        let in_child = in_child(|| close(before) == Err(Errno::EBADF));
        drop(stats);
        in_child == 0 && File::open("/dev/null").unwrap().as_raw_fd() == before
    });
    assert_eq!(code, 0);
}
