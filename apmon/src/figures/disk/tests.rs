//! Threads that answer, hang, or answer too late.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc::sync_channel;

use mmstats_testing::TIMEOUT;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::{Mode, mkdirat};

use super::*;

const SPACE: DiskUsage = DiskUsage { total: 3, used: 2, free: 1 };
const BOTH: Wanted = Wanted { space: true, size: true };

fn disk() -> Disk {
    Disk::new(PathBuf::from("/"))
}

fn later() -> Instant {
    Instant::now() + TIMEOUT
}

#[test]
fn a_thread_that_hangs_is_not_waited_for_nor_followed_and_its_answer_is_dropped() {
    let mut disk = disk();
    let (said, has_said) = sync_channel(1);
    let (release, released) = sync_channel(1);
    disk.begin_with(move |answers| {
        answers.send(Answer::Space(SPACE)).unwrap();
        said.send(()).unwrap();
        released.recv().unwrap();
        answers.send(Answer::Size(1)).unwrap();
        said.send(()).unwrap();
    });
    has_said.recv_timeout(TIMEOUT).unwrap();
    let found = disk.wait(Instant::now());
    assert_eq!((found.space, found.size), (Some(SPACE), None), "what was there by the deadline");

    disk.begin_with(|_| panic!("a second thread"));
    let begun = Instant::now();
    let found = disk.wait(later());
    assert_eq!((found.space, found.size), (None, None));
    assert!(begun.elapsed() < TIMEOUT, "nobody waits for a late answer");

    release.send(()).unwrap();
    has_said.recv_timeout(TIMEOUT).unwrap();
    let found = disk.wait(later());
    assert_eq!((found.space, found.size), (None, None), "it came too late");

    // The thread ends a moment after its last word.
    let (asked, is_asked) = channel();
    let deadline = later();
    while is_asked.try_recv().is_err() {
        assert!(Instant::now() < deadline, "no thread follows one that ended");
        let asked = asked.clone();
        disk.begin_with(move |answers| {
            answers.send(Answer::Size(2)).unwrap();
            let _ = asked.send(());
        });
        thread::yield_now();
    }
    assert_eq!(disk.wait(later()).size, Some(2), "not the size of before");
}

#[test]
fn who_begins_twice_gets_one_answer() {
    let mut disk = disk();
    let (release, released) = sync_channel(1);
    let (said, has_said) = sync_channel(1);
    disk.begin_with(move |answers| {
        answers.send(Answer::Space(SPACE)).unwrap();
        said.send(()).unwrap();
        released.recv().unwrap();
        answers.send(Answer::Size(1)).unwrap();
    });
    has_said.recv_timeout(TIMEOUT).unwrap();
    disk.begin_with(|_| panic!("a second thread"));
    release.send(()).unwrap();
    let found = disk.wait(later());
    assert_eq!((found.space, found.size), (Some(SPACE), Some(1)));
    assert_eq!(disk.wait(later()).size, None, "an answer is given once");
}

#[test]
fn nobody_asks_for_what_is_not_wanted() {
    let mut disk = disk();
    disk.begin(Wanted { space: false, size: false });
    assert!(disk.inquiry.is_none());
    disk.begin(Wanted { space: true, size: false });
    let found = disk.wait(later());
    assert!(found.space.is_some_and(|space| space.total > 0) && found.size.is_none());
}

#[test]
fn a_directory_that_is_not_there_has_no_figures() {
    let mut disk = Disk::new(PathBuf::from("/nowhere"));
    disk.begin(BOTH);
    let found = disk.wait(later());
    assert_eq!((found.space, found.size), (None, None));
}

#[test]
fn a_directory_with_an_unreadable_part_has_no_size() {
    let top = tempfile::tempdir().unwrap();
    let mut disk = Disk::new(top.path().to_owned());
    let mut found = || {
        disk.begin(BOTH);
        disk.wait(later())
    };
    assert!(found().size.is_some());
    // A path beyond 4,096 bytes can't be opened, whoever asks.
    let mut parent = File::open(top.path()).unwrap();
    for _ in 0..25 {
        let name = "x".repeat(200);
        mkdirat(&parent, name.as_str(), Mode::S_IRWXU).unwrap();
        let inner = openat(&parent, name.as_str(), OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        parent = File::from(inner);
    }
    let found = found();
    assert!(found.size.is_none() && found.space.is_some());
}

/// Where the originals ran `du` in a shell, the directory's name was not quoted.
#[test]
fn any_name_of_a_directory_will_do() {
    let outer = tempfile::tempdir().unwrap();
    let directory = outer.path().join("a b; touch c $(touch d) 'e' \"f\" \n*");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("-s"), vec![7; 100_000]).unwrap();
    File::open(directory.join("-s")).unwrap().sync_all().unwrap();
    let blocks = |path: &Path| fs::metadata(path).unwrap().blocks() * 512;
    let expected = blocks(&directory) + blocks(&directory.join("-s"));
    let mut disk = Disk::new(directory);
    disk.begin(BOTH);
    let found = disk.wait(later());
    assert_eq!(found.size, Some(expected));
    assert!(expected >= 100_000 && found.space.is_some());
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1);
}
