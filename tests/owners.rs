//! `--owner`: only files of some users are read, or removed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use mmstats_testing::command::{Run, dead_pid, run, tool};
use mmstats_testing::original::{content, field, original};
use mmstats_testing::other_user;
use mmstats_testing::stats_dir::{files, write};
use nix::unistd::geteuid;
use serde_json::Value;
use tempfile::TempDir;

const SLURPSTATS: &str = env!("CARGO_BIN_EXE_slurpstats");
const POLLSTATS: &str = env!("CARGO_BIN_EXE_pollstats");
const CLEANSTATS: &str = env!("CARGO_BIN_EXE_cleanstats");

/// A file of this user and, of another one, a file and what would be errors; `None`: only root could
/// make them.
fn directory() -> Option<TempDir> {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let theirs = [
        write(path, "0-theirs.mmstats", &original(dead_pid())),
        write(path, "1-damaged.mmstats", b"hello"),
        write(path, "2-large.mmstats", &content(&vec![field("hits", "Q", 0xff, &[0; 8]); 1_000])),
        path.join("3-loop.mmstats"),
    ];
    symlink("3-loop.mmstats", &theirs[3]).unwrap();
    write(path, "4-own.mmstats", &original(dead_pid()));
    theirs.iter().all(other_user::can_give).then_some(directory)
}

fn own() -> String {
    geteuid().to_string()
}

/// A run on a directory.
fn said(program: &str, arguments: &[&str], directory: &Path) -> (Option<i32>, String, String) {
    let Run { code, stdout, stderr } = run(tool(program).args(arguments).arg(directory));
    (code, stdout, stderr)
}

#[test]
fn files_of_others_are_left_out_silently() {
    let Some(directory) = directory() else { return };
    let (own, other) = (own(), other_user::uid().to_string());
    // Large enough for the own file.
    let options = ["--max-bytes", "4000", "--owner"];
    for (program, arguments) in [
        (SLURPSTATS, &["--sum", "-o", "json"][..]),
        (POLLSTATS, &["--list", "-o", "json", "hits"]),
        (POLLSTATS, &["-c", "1", "-d", "0.01", "-o", "json", "--per-file", "hits"]),
    ] {
        let of = |users: &[&str]| {
            let arguments = [arguments, &options, users].concat();
            said(program, &arguments, directory.path())
        };
        let (code, stdout, stderr) = of(&[&own]);
        assert_eq!((code, &*stderr), (Some(0), ""), "{stdout}");
        let found: Value = serde_json::from_str(stdout.trim()).unwrap();
        match (program, arguments[0]) {
            (SLURPSTATS, _) => assert_eq!(found["totals"][0]["value"], 7),
            (_, "--list") => assert_eq!(found["files"], 1),
            _ => assert!(found["file"].as_str().unwrap().ends_with("/4-own.mmstats"), "{found}"),
        }
        let (code, _, stderr) = of(&[&own, "--owner", &other]);
        assert_eq!(code, Some(2));
        for name in ["1-damaged", "2-large"] {
            assert!(stderr.contains(name), "{stderr}");
        }
    }
}

#[test]
fn if_only_others_have_files_nothing_matches() {
    let Some(directory) = directory() else { return };
    let own_file = directory.path().join("4-own.mmstats");
    fs::remove_file(&own_file).unwrap();
    let own = own();
    for (program, arguments) in [
        (SLURPSTATS, &[][..]),
        (SLURPSTATS, &["--sum", "-o", "prom"]),
        (POLLSTATS, &["-c", "1", "-d", "0.01"]),
        (POLLSTATS, &["--list"]),
        (CLEANSTATS, &[]),
        (CLEANSTATS, &["-n"]),
    ] {
        let arguments = [arguments, &["--owner", &own]].concat();
        let (code, _, stderr) = said(program, &arguments, directory.path());
        assert_eq!(code, Some(1), "{stderr}");
        let note = "found 4 files of other users, and none of those given with --owner\n";
        assert_eq!(stderr.split_once(": ").unwrap().1, note);
    }

    write(directory.path(), "4-own.mmstats", &content(&[]));
    let (code, _, stderr) = said(SLURPSTATS, &["--dead", "--owner", &own], directory.path());
    assert_eq!(code, Some(1));
    let note = "read 1 file; found none whose program is dead; left out 4 files of other users\n";
    assert!(stderr.ends_with(note), "{stderr}");
}

#[test]
fn cleanstats_removes_the_files_of_the_given_users() {
    let Some(directory) = directory() else { return };
    let clean = |arguments: &[&str]| {
        let (code, stdout, stderr) =
            said(CLEANSTATS, &[&["-o", "json"], arguments].concat(), directory.path());
        assert_eq!((code, &*stderr), (Some(0), ""), "{stdout}");
        let report: Value = serde_json::from_str(&stdout).unwrap();
        let removed = report["removed"].as_array().unwrap();
        (removed.len(), report["too_young"].as_u64().unwrap())
    };
    let own = own();
    assert_eq!(clean(&["--owner", &own, "--older-than", "1h"]), (0, 1));
    assert_eq!(clean(&["--owner", &own, "-n"]), (1, 0));
    assert_eq!(files(directory.path()).len(), 5);
    assert_eq!(clean(&["--owner", &own]), (1, 0));
    assert!(!directory.path().join("4-own.mmstats").exists());
    assert_eq!(files(directory.path()).len(), 4);
    // A timer that finds nothing hasn't failed; what it finds of others changes nothing.
    let (code, ..) = said(CLEANSTATS, &["--owner", &own, "--older-than", "1h"], directory.path());
    assert_eq!(code, Some(0));
}

#[test]
fn an_unknown_user_is_named() {
    for program in [SLURPSTATS, POLLSTATS, CLEANSTATS] {
        for user in ["no-such-user", "-1", "4294967295"] {
            let (code, _, stderr) = said(program, &["--owner", user], Path::new("/"));
            assert_eq!(code, Some(2));
            let first = stderr.lines().next().unwrap();
            let expected = format!("invalid value '{user}' for '--owner <USER>': no such user");
            assert!(first.contains(&expected), "{stderr}");
        }
    }
}
