//! Files, and what is none.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::{hosts, load_from};

/// The reason why a file isn't used, and that it is named.
#[track_caller]
fn file_error(path: &Path) -> String {
    let error = load_from(path).unwrap_err();
    assert_eq!(error.failures.len(), 1);
    assert!(error.to_string().starts_with(&format!("{}: ", path.display())), "{error}");
    error.failures[0].reason.clone()
}

#[test]
fn what_is_no_regular_file_is_an_error_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    mkfifo(&fifo, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    assert_eq!(file_error(&fifo), "found no regular file, expected one");
    let link = folder.path().join("link");
    symlink(&fifo, &link).unwrap();
    assert_eq!(file_error(&link), "found no regular file, expected one");
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert_eq!(file_error(&socket), "found no regular file, expected one");
    for device in ["/dev/zero", "/dev/null"] {
        assert_eq!(file_error(Path::new(device)), "found no regular file, expected one");
    }
    assert_eq!(file_error(folder.path()), "found a directory, expected a file");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(file_error(&folder.path().join("none")).contains("No such file"));
    let endless = folder.path().join("loop");
    symlink(&endless, &endless).unwrap();
    assert!(file_error(&endless).contains("symbolic links"));
    // The first page isn't mapped.
    assert!(file_error(Path::new("/proc/self/mem")).contains("Input/output error"));
}

#[test]
fn a_file_may_have_1_mib() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("conf");
    let text = |bytes: usize| format!("a\n#{}", "x".repeat(bytes - 3));
    fs::write(&path, text(1 << 20)).unwrap();
    assert_eq!(hosts(&load_from(&path).unwrap()), ["a"]);
    fs::write(&path, text((1 << 20) + 1)).unwrap();
    assert_eq!(file_error(&path), "larger than 1048576 bytes");
    // Without a length of its own.
    assert!(file_error(Path::new("/proc/self/status")).starts_with("no destination; line "));
}

#[test]
fn a_source_without_destination_is_an_error_with_its_first_bad_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("conf");
    for (text, expected) in [
        ("", "no destination"),
        ("xApMon_extras = off\n", "no destination"),
        (
            "\na:0 pw\nb:0\n",
            "no destination; line 2: a:0: expected a port from 1 to 65535, found \"0\"",
        ),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(file_error(&path), expected);
    }
}

#[test]
fn links_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("conf"), folder.path().join("link"));
    fs::write(&path, "a").unwrap();
    symlink("conf", &link).unwrap();
    assert_eq!(hosts(&load_from(&link).unwrap()), ["a"]);
}

#[test]
fn a_file_that_is_replaced_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (path, new) = (folder.path().join("conf"), folder.path().join("new"));
    let text = |host: &str| format!("{host}-first\n{}{host}-last\n", "#\n".repeat(20_000));
    let texts = [text("one"), text("other")];
    fs::write(&path, &texts[0]).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for text in texts.iter().cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                fs::write(&new, text).unwrap();
                fs::rename(&new, &path).unwrap();
            }
        });
        let results: Vec<_> = (0..100).map(|_| load_from(&path)).collect();
        done.store(true, Ordering::Relaxed);
        for result in results {
            let configuration = result.unwrap();
            let hosts = hosts(&configuration);
            assert!(
                [["one-first", "one-last"], ["other-first", "other-last"]]
                    .contains(&[hosts[0], hosts[1]])
            );
        }
    });
}

#[test]
fn a_password_that_every_user_can_read_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("conf");
    for (text, mode, reported) in [
        ("a pw\nb pw", 0o644, true),
        ("a pw", 0o604, true),
        ("a pw", 0o640, false),
        ("a pw", 0o600, false),
        ("a", 0o644, false),
        // It isn't used.
        ("a\na pw", 0o644, false),
    ] {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let problems = load_from(&path).unwrap().problems;
        let count = problems.iter().filter(|problem| problem.reason.contains("every user")).count();
        assert_eq!(count, usize::from(reported), "{text:?} {mode:o}: {problems:?}");
    }
}
