//! cleanstats as a process: provably dead files are removed, everything else stays.

mod interrupted;
mod large;
mod namespaces;
mod participant;
mod permissions;

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use mmstats::{Options, Published};
use mmstats_testing::command::{Run, dead_pid, run, tool};
use mmstats_testing::original::{content, field, original};
use mmstats_testing::stats_dir::write;
use participant::Participant;
use serde_json::{Value, json};

fn command() -> Command {
    tool(env!("CARGO_BIN_EXE_cleanstats"))
}

fn cleanstats(directory: &Path, arguments: &[&str]) -> Run {
    run(command().args(arguments).arg(directory))
}

fn alive(directory: &Path) -> Published<()> {
    Options::dynamic("Living").path(directory).create().unwrap()
}

fn age(path: &Path, age: Duration) {
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

#[test]
fn dead_files_are_removed_and_live_and_undecided_ones_kept() {
    let directory = tempfile::tempdir().unwrap();
    let pid = dead_pid();
    let dead = write(directory.path(), "dead.mmstats", &original(pid));
    let unknown =
        write(directory.path(), "unknown.mmstats", &content(&[field("hits", "Q", 1, &[0; 16])]));
    let living = alive(directory.path());
    let Run { code, stdout, stderr } = cleanstats(directory.path(), &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let dead_path = dead.display();
    assert_eq!(
        stdout,
        format!(
            "PID {pid} is gone. Deleting {dead_path}\n\
             Undecided, no process id in it. Keeping {}\n\
             Removed 1  -  1 alive, 1 undecided\n",
            unknown.display()
        )
    );
    assert!(!dead.exists() && unknown.exists() && living.path().unwrap().exists());

    let again = cleanstats(directory.path(), &["-q"]);
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (Some(0), "", ""));
}

/// A program that is killed leaves its file; its last values can be read until it is removed.
#[test]
fn the_file_of_a_killed_program_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Participant::here();
    writer.publish(&directory.path().join("writer.mmstats"));
    let kept = cleanstats(directory.path(), &[]);
    assert_eq!(kept.stdout, "Removed 0  -  1 alive, 0 undecided\n");
    writer.kill();
    let removed = cleanstats(directory.path(), &[]);
    assert!(removed.stdout.ends_with("Removed 1  -  0 alive, 0 undecided\n"), "{removed:?}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_dry_run_removes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let pid = dead_pid();
    let dead = write(directory.path(), "dead.mmstats", &original(pid));
    for flag in ["-n", "--dry-run"] {
        let run = cleanstats(directory.path(), &[flag]);
        assert_eq!(run.code, Some(0));
        assert_eq!(
            run.stdout,
            format!(
                "PID {pid} is gone. Would delete {}\n\
                 Would remove 1  -  0 alive, 0 undecided\n",
                dead.display()
            )
        );
        assert!(dead.exists());
    }
}

#[test]
fn younger_files_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let young = write(directory.path(), "young.mmstats", &original(dead_pid()));
    let old = write(directory.path(), "old.mmstats", &original(dead_pid()));
    age(&old, Duration::from_hours(3));
    let run = cleanstats(directory.path(), &["--older-than", "2h"]);
    assert_eq!(run.code, Some(0));
    let closing = "Removed 1  -  0 alive, 0 undecided, 1 too young\n";
    assert!(run.stdout.ends_with(closing), "{}", run.stdout);
    assert!(young.exists() && !old.exists());
    let wrong = cleanstats(directory.path(), &["--older-than", "2 hours"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("30s, 10m, 2h or 7d"), "{}", wrong.stderr);
}

#[test]
fn other_files_and_targets_of_links_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = write(elsewhere.path(), "target.mmstats", &original(dead_pid()));
    let link = directory.path().join("link.mmstats");
    symlink(&target, &link).unwrap();
    let text = write(directory.path(), "text.mmstats", b"precious");
    let cut = write(directory.path(), "cut.mmstats", &original(dead_pid())[..20]);
    let dead = write(directory.path(), "z.mmstats", &original(dead_pid()));
    for flags in [&["-n"][..], &[]] {
        let Run { code, stdout, stderr } = cleanstats(directory.path(), flags);
        assert_eq!(code, Some(2));
        for (path, reason) in [
            (&link, "not a stats file but a symbolic link"),
            (&text, "not a stats file: its first byte is 112"),
            (&cut, "cut short at offset 20"),
        ] {
            let expected = format!("cleanstats: {}: {reason}", path.display());
            assert!(stderr.contains(&expected), "{expected:?} in {stderr}");
        }
        assert!(stdout.contains("1  -  0 alive"), "the good one goes: {stdout}");
    }
    assert!(link.is_symlink() && target.exists() && text.exists() && cut.exists());
    assert!(!dead.exists());
}

#[test]
fn json() {
    let directory = tempfile::tempdir().unwrap();
    let pid = dead_pid();
    let dead = write(directory.path(), "dead.mmstats", &original(pid));
    let unknown = write(directory.path(), "unknown.mmstats", &content(&[]));
    let bad = write(directory.path(), "\x1b[2J.mmstats", b"");
    let _living = alive(directory.path());
    let run = cleanstats(directory.path(), &["-o", "json"]);
    assert_eq!(run.code, Some(2));
    assert!(!run.stdout.contains('\x1b') && !run.stderr.contains('\x1b'));
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    assert_eq!(
        serde_json::from_str::<Value>(&run.stdout).unwrap(),
        json!({
            "schema": 1,
            "dry_run": false,
            "removed": [{"path": path(&dead), "pid": pid, "reason": format!("pid {pid} is gone")}],
            "alive": 1,
            "undecided": [{"path": path(&unknown), "reason": "no process id in it"}],
            "too_young": 0,
            "errors": [{"path": path(&bad), "error": "empty file"}],
        })
    );
}

/// What a writer left that was killed while creating a file: no other tool sees it.
#[test]
fn unfinished_files_of_dead_writers_are_removed() {
    let directory = tempfile::tempdir().unwrap();
    let make = |pid: u32| {
        let path = write(directory.path(), format!(".mmstats-{pid}-1.tmp"), b"");
        age(&path, Duration::from_hours(1));
        path
    };
    let (left, in_the_making) = (make(dead_pid()), make(std::process::id()));
    let run = cleanstats(directory.path(), &[]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    assert!(run.stdout.ends_with("Removed 1  -  0 alive, 1 undecided\n"), "{}", run.stdout);
    assert!(!left.exists() && in_the_making.exists());
}

#[test]
fn many_files_of_one_process() {
    const FILES: usize = 3000;
    let directory = tempfile::tempdir().unwrap();
    let bytes = original(dead_pid());
    for number in 0..FILES {
        write(directory.path(), format!("{number}.mmstats"), &bytes);
    }
    let run = cleanstats(directory.path(), &[]);
    assert!(run.stdout.ends_with(&format!("Removed {FILES}  -  0 alive, 0 undecided\n")));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn finding_nothing_reports_the_locations() {
    let directory = tempfile::tempdir().unwrap();
    let nothing = cleanstats(directory.path(), &[]);
    assert_eq!(nothing.code, Some(1));
    assert_eq!(nothing.stdout, "Removed 0  -  0 alive, 0 undecided\n");
    let location = format!("\n  {}/*.mmstats\n", directory.path().display());
    assert!(nothing.stderr.contains(&location), "{}", nothing.stderr);
    let quiet = cleanstats(directory.path(), &["--quiet"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (Some(1), "", ""));
    // Run by a timer, it usually finds nothing, which must not fail the unit.
    let timer = cleanstats(directory.path(), &["--older-than", "2d", "-q"]);
    assert_eq!((timer.code, timer.stdout.as_str(), timer.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn help_version_man_page_and_completions() {
    let help = run(command().arg("--help"));
    for part in ["Examples:", "--dry-run", "--generate", "Exit codes:"] {
        assert!(help.stdout.contains(part), "{part} in {}", help.stdout);
    }
    let version = run(command().arg("--version"));
    assert_eq!(version.stdout, format!("cleanstats {}\n", env!("CARGO_PKG_VERSION")));
    for what in ["man", "bash", "zsh", "fish"] {
        let run = run(command().args(["--generate", what]));
        assert_eq!(run.code, Some(0));
        assert!(run.stdout.replace('\\', "").contains("older-than"), "{what}: {}", run.stdout);
    }
}
