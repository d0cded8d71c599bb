//! Files that can't be a store: an error names the file, and nothing is changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use mmstats_testing::command::run;
use mmstats_testing::kodemon::{Kodemon, command, store};
use mmstats_testing::required::succeeds;
use nix::unistd::geteuid;
use rusqlite::Connection;
use tempfile::TempDir;

/// The user "nobody" on most systems; root may write everything.
const NOBODY: u32 = 65534;

/// The command fails with an error about the store that contains this.
#[track_caller]
fn assert_refused(command: &mut Command, store: &Path, reason: &str) {
    let run = run(command);
    let expected = format!("kodemon: {}: ", store.display());
    assert!(run.stderr.starts_with(&expected), "{}", run.stderr);
    assert!(run.stderr.contains(reason), "{}", run.stderr);
    assert_eq!((run.code, &*run.stdout), (Some(2), ""));
}

#[test]
fn a_file_that_is_no_database_is_rejected_and_left_alone() {
    let directory = TempDir::new().unwrap();
    let store = store(directory.path());
    let notes = "not a database, but notes\n".repeat(100);
    fs::write(&store, &notes).unwrap();
    assert_refused(&mut command(directory.path()), &store, "not a database");
    assert_eq!(fs::read_to_string(&store).unwrap(), notes);
    // Nor is anything created beside it: `/etc/passwd.lock` would block adding users.
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn another_program_s_database_is_rejected_and_left_alone() {
    let directory = TempDir::new().unwrap();
    let store = store(directory.path());
    let other = Connection::open(&store).unwrap();
    other.execute_batch("CREATE TABLE songs (name TEXT); PRAGMA user_version = 1;").unwrap();
    drop(other);
    let before = fs::read(&store).unwrap();
    assert_refused(&mut command(directory.path()), &store, "of another program");
    assert_eq!(fs::read(&store).unwrap(), before);
}

#[test]
fn tables_of_a_later_version_are_rejected() {
    let directory = TempDir::new().unwrap();
    drop(Kodemon::start(directory.path()));
    let store = store(directory.path());
    let database = Connection::open(&store).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    assert_refused(&mut command(directory.path()), &store, "version 99");
}

#[test]
fn a_directory_and_a_path_in_none_are_rejected() {
    let directory = TempDir::new().unwrap();
    fs::create_dir(store(directory.path())).unwrap();
    assert_refused(&mut command(directory.path()), &store(directory.path()), "not a regular file");
    let missing = directory.path().join("missing");
    assert_refused(&mut command(&missing), &store(&missing), "No such file");
}

#[test]
fn a_file_without_write_permission_is_rejected() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    drop(Kodemon::start(path));
    let beside = path.join("kodemon.db.lock");
    mode(path, 0o755);
    let command = || {
        let mut command = command(path);
        if geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    if !succeeds(command().arg("--version")) {
        return;
    }
    mode(&beside, 0o444);
    assert_refused(&mut command(), &store(path), "lock file: Permission denied");
    mode(&beside, 0o666);
    mode(&store(path), 0o444);
    assert_refused(&mut command(), &store(path), "Permission denied");
    mode(&store(path), 0o000);
    assert_refused(&mut command(), &store(path), "Permission denied");
}

#[test]
fn a_file_that_another_process_writes_is_rejected() {
    let directory = TempDir::new().unwrap();
    drop(Kodemon::start(directory.path()));
    let store = store(directory.path());
    let database = Connection::open(&store).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_refused(&mut command(directory.path()), &store, "locked");
}

#[test]
fn two_servers_never_share_a_file_under_any_name() {
    let directory = TempDir::new().unwrap();
    let first = Kodemon::start(directory.path());
    let link = TempDir::new().unwrap();
    symlink(store(directory.path()), store(link.path())).unwrap();
    for path in [directory.path(), link.path()] {
        assert_refused(&mut command(path), &store(path), "another kodemon");
    }
    // The first one keeps running.
    first.call("a.rs-f", 0.001, 0.0);
    first.until_stored(1);
    drop(first);
    let second = Kodemon::start(link.path());
    assert_eq!(second.json("/api/keys")["keys"][0]["count"], 1);
}
