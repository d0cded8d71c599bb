//! A directory that can't be listed for a while: its known files are still read.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

use mmstats::{Update, Watch};
use mmstats_testing::original::{content, field};
use mmstats_testing::os::fork::in_child;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{Gid, Uid, chown, geteuid, setgid, setuid};

const FILES: usize = 3;

fn bytes(value: u8) -> Vec<u8> {
    content(&[field("value", "B", 0xff, &[value])])
}

fn create(directory: &Path) -> Vec<File> {
    let path = |number| directory.join(format!("{number}.mmstats"));
    let files = (0..FILES).map(|number| {
        fs::write(path(number), bytes(1)).unwrap();
        File::options().write(true).open(path(number)).unwrap()
    });
    files.collect()
}

fn set(files: &[File], value: u8) {
    for file in files {
        file.write_all_at(&bytes(value), 0).unwrap();
    }
}

fn values(update: &Update<'_>) -> Vec<u64> {
    let values = update.files().map(|file| file.file().get("value").unwrap().value());
    values.map(|value| value.as_u64().unwrap()).collect()
}

/// The directory's error of this poll, and whether it is new.
fn is_reported(update: &Update<'_>, directory: &Path) -> (usize, usize) {
    let of_directory = |error: &&mmstats::ReadError| error.path() == directory;
    (update.all_errors().filter(of_directory).count(), update.errors().filter(of_directory).count())
}

fn unchanged(update: &Update<'_>) -> bool {
    update.added().len() == 0 && update.removed().is_empty()
}

/// Polls while `close` holds and after `open`.
fn follow(directory: &Path, watch: Watch, close: impl Fn(), open: impl Fn()) {
    let files = create(directory);
    let mut watch = watch;
    assert_eq!(values(&watch.poll()), [1; FILES]);
    close();
    for (value, is_new) in [(2_u8, 1), (3, 0)] {
        set(&files, value);
        let update = watch.poll();
        let reported = is_reported(&update, directory);
        let (values, unchanged) = (values(&update), unchanged(&update));
        if reported != (1, is_new) || values != [u64::from(value); FILES] || !unchanged {
            open();
            panic!("{reported:?} {values:?} {unchanged}");
        }
    }
    open();
    set(&files, 4);
    let update = watch.poll();
    assert_eq!((values(&update), is_reported(&update, directory)), (vec![4; FILES], (0, 0)));
    assert!(unchanged(&update));
}

fn directory() -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("watched");
    fs::create_dir(&directory).unwrap();
    (root, directory)
}

/// Not even a descriptor to list it is left.
#[test]
fn known_files_are_read_when_there_are_no_descriptors_left() {
    let (_root, directory) = directory();
    let code = in_child(|| {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        let allow = |descriptors| setrlimit(Resource::RLIMIT_NOFILE, descriptors, hard).unwrap();
        follow(&directory, Watch::new([&directory]), || allow(0), || allow(soft));
        true
    });
    assert_eq!(code, 0);
}

/// A directory of another user's that gives the right to open files and not to list them.
#[test]
fn known_files_are_read_without_the_right_to_list_them() {
    for max_open in [usize::MAX, 0] {
        let (root, directory) = directory();
        let code = in_child(|| {
            if geteuid().is_root() {
                // Root may list every directory.
                let (user, group) = (Uid::from_raw(65_534), Gid::from_raw(65_534));
                fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
                chown(&directory, Some(user), Some(group)).unwrap();
                setgid(group).unwrap();
                setuid(user).unwrap();
            }
            let mode = |mode| {
                fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
            };
            let watch = Watch::new([&directory]).max_open(max_open);
            follow(&directory, watch, || mode(0o300), || mode(0o700));
            true
        });
        assert_eq!(code, 0, "with {max_open}");
    }
}

/// What is removed meanwhile is found to be removed, at the latest when the directory can be
/// listed again.
#[test]
fn a_file_that_goes_meanwhile_is_removed_once_with_its_final_values() {
    let (_root, directory) = directory();
    let code = in_child(|| {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        let allow = |descriptors| setrlimit(Resource::RLIMIT_NOFILE, descriptors, hard).unwrap();
        let files = create(&directory);
        let mut watch = Watch::new([&directory]);
        watch.poll();
        set(&files, 9);
        fs::remove_file(directory.join("1.mmstats")).unwrap();
        allow(0);
        let mut removed = watch.poll().removed().to_vec();
        allow(soft);
        removed.extend(watch.poll().removed().to_vec());
        assert_eq!(removed.len(), 1);
        let file = removed[0].file();
        assert_eq!(file.path(), directory.join("1.mmstats"));
        assert_eq!(file.get("value").unwrap().value().as_u64(), Some(9));
        watch.poll().removed().is_empty()
    });
    assert_eq!(code, 0);
}
