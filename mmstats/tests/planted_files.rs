//! Files planted at a writer's file name: none is written to, opened for writing or removed, and
//! the writer takes the next name or returns an error.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use mmstats::{Counter, CreateError, Field, Options};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::seccomp;
use mmstats_testing::stats_dir::{counter, files};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

const PRECIOUS: &str = "as it was";

/// How to plant something at a path, given another outside.
type Plant = fn(&Path, &Path);

/// What is planted at a name; beside it is a directory with a precious file.
const PLANTS: [Plant; 7] = [
    |path, outside| symlink(outside.join("precious"), path).unwrap(),
    |path, outside| symlink(outside.join("not there"), path).unwrap(),
    |path, _| symlink(path, path).unwrap(),
    |path, outside| fs::hard_link(outside.join("precious"), path).unwrap(),
    |path, _| mkfifo(path, Mode::S_IRWXU).unwrap(),
    |path, _| fs::create_dir(path).unwrap(),
    |path, _| drop(UnixListener::bind(path).unwrap()),
];

/// Plants everything at these names in a directory and checks that it stays unchanged.
fn planted(names: impl Fn(usize) -> String, test: impl Fn(&Path)) {
    let outside = tempfile::tempdir().unwrap();
    let directory = tempfile::tempdir_in(outside.path()).unwrap();
    fs::write(outside.path().join("precious"), PRECIOUS).unwrap();
    for (number, plant) in PLANTS.iter().enumerate() {
        plant(&directory.path().join(names(number)), outside.path());
    }
    let before = (state(outside.path()), state(directory.path()));
    test(directory.path());
    let after = (state(outside.path()), state(directory.path()));
    assert_eq!(before, after);
    assert_eq!(fs::read_to_string(outside.path().join("precious")).unwrap(), PRECIOUS);
}

/// The name, inode, mode, length and last change of everything in a directory. The last change of
/// a directory is left out, as files that come and go in it change it.
fn state(directory: &Path) -> Vec<(PathBuf, [u64; 3], [i64; 2])> {
    let of = |path: PathBuf| {
        let found = fs::symlink_metadata(&path).unwrap();
        let changed = if found.is_dir() { [0; 2] } else { [found.ctime(), found.ctime_nsec()] };
        (path, [found.ino(), found.mode().into(), found.len()], changed)
    };
    files(directory).into_iter().map(of).collect()
}

/// Publishes at a name and stops.
fn publish(directory: &Path, name: &str, published_as: &str) {
    let stats = Options::dynamic("Planted").path(directory).filename(name).create().unwrap();
    assert_eq!(stats.path(), Some(directory.join(published_as).as_path()));
    let hits: Counter = stats.add(Counter::named("hits")).unwrap();
    hits.add(7);
    assert_eq!(counter(stats.path().unwrap(), "hits"), 7);
}

#[test]
fn an_occupied_name_is_left_alone_and_the_next_one_taken() {
    let name = |number| match number {
        0 => "a.mmstats".to_owned(),
        number => format!("a-{}.mmstats", number + 1),
    };
    planted(name, |directory| publish(directory, "a.mmstats", "a-8.mmstats"));
    planted(name, |directory| {
        seccomp::without_unnamed_files(|| publish(directory, "a.mmstats", "a-8.mmstats"));
    });
}

/// In children: each numbers its temporary names from 0 and puts its own pid into them.
#[test]
fn an_occupied_temporary_name_is_left_alone() {
    let code = in_child(|| {
        let name = |number| format!(".mmstats-{}-{number}.tmp", std::process::id());
        planted(name, |directory| {
            seccomp::without_unnamed_files(|| publish(directory, "a.mmstats", "a.mmstats"));
        });
        true
    });
    assert_eq!(code, 0, "see the message of the child");
}

#[test]
fn running_out_of_numbers_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let outside = directory.path().join("outside");
    symlink(&outside, directory.path().join("a.mmstats")).unwrap();
    for number in 2..=9_999 {
        symlink(&outside, directory.path().join(format!("a-{number}.mmstats"))).unwrap();
    }
    let before = state(directory.path());
    let options = || Options::dynamic("Planted").path(directory.path()).filename("a.mmstats");
    let error = options().create().unwrap_err();
    assert!(matches!(error, CreateError::NamesExhausted { .. }), "{error}");
    let path = directory.path().join("a.mmstats");
    let expected =
        format!("{}: this name and its variants up to number 9999 are taken", path.display());
    assert_eq!(error.to_string(), expected);
    assert_eq!(options().or_private_memory().create().unwrap().path(), None);
    assert!(state(directory.path()) == before && !outside.exists());
}

#[test]
fn anything_else_in_place_of_the_directory_is_an_error() {
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("target");
    fs::write(outside.path().join("precious"), PRECIOUS).unwrap();
    for (number, plant) in PLANTS.iter().enumerate() {
        plant(&target, outside.path());
        if fs::remove_dir(&target).is_ok() {
            continue;
        }
        let before = state(outside.path());
        for unnamed in [true, false] {
            let create = || Options::dynamic("Planted").path(&target).create().unwrap_err();
            let error = if unnamed { create() } else { seccomp::without_unnamed_files(create) };
            let begin = format!("can't create a file in {}", target.display());
            assert!(error.to_string().starts_with(&begin), "{number}: {error}");
        }
        assert_eq!(state(outside.path()), before);
        fs::remove_file(&target).unwrap();
    }
    assert_eq!(fs::read_to_string(outside.path().join("precious")).unwrap(), PRECIOUS);
}
