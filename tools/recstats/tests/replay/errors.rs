//! What can't be shown, and why.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use mmstats::{Counter, MmStats, Watch};
use mmstats_testing::command::{Run, run, tool};
use mmstats_testing::programs::built;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::recorded::{Recorded, SECOND};
use crate::tools::{command, recstats};

#[derive(MmStats)]
struct Jobs {
    done: Counter,
}

/// How both tools are asked for a recording.
fn asked(name: &str, recording: &Path) -> Vec<String> {
    let options: &[&str] = if name == "pollstats" { &["--replay"] } else { &["--at", "-0s"] };
    options.iter().copied().chain([recording.to_str().unwrap()]).map(str::to_owned).collect()
}

const TOOLS: [&str; 2] = ["pollstats", "slurpstats"];

#[track_caller]
fn fails(name: &str, found: &Run, reason: &str) {
    assert_eq!((found.code, found.stdout.as_str()), (Some(2), ""), "{found:?}");
    let message = found.stderr.lines().next().unwrap();
    assert!(message.starts_with(&format!("{name}: ")) && message.contains(reason), "{found:?}");
}

#[test]
fn without_recstats_it_says_what_to_install() {
    let alone = TempDir::new().unwrap();
    for name in TOOLS {
        let program = alone.path().join(name);
        fs::copy(built(name), &program).unwrap();
        let ask = |path: &Path| {
            let arguments = asked(name, &alone.path().join("none"));
            run(tool(&program).args(arguments).env("PATH", path))
        };
        fails(name, &ask(alone.path()), "`cargo install --path tools/recstats` installs it");
        // Else it is found on PATH.
        let folder = Path::new(env!("CARGO_BIN_EXE_recstats")).parent().unwrap();
        fails(name, &ask(folder), "/none: No such file or directory");
    }
}

#[test]
fn what_is_no_recording_is_named() {
    let directory = TempDir::new().unwrap();
    let text = directory.path().join("text");
    fs::write(&text, "some text that is no database, and longer than a header of one would be")
        .unwrap();
    for name in TOOLS {
        let ask = |path: &Path| run(command(name).args(asked(name, path)));
        fails(name, &ask(&text), "/text: file is not a database");
        fails(name, &ask(directory.path()), ": not a regular file");
        fails(name, &ask(&directory.path().join("missing")), "/missing: No such file or directory");
    }
}

#[test]
fn arguments_that_make_no_sense_are_rejected() {
    for (name, arguments, reason) in [
        ("slurpstats", &["--at", "yesterday", "x"][..], "expected a date"),
        ("slurpstats", &["--at", "-5", "x"], "unit"),
        ("slurpstats", &["--at", "-5s", "x", "y"], "--at shows one recording"),
        ("slurpstats", &["--at", "-5s", "--layout", "x"], "cannot be used with"),
        ("pollstats", &["--replay", "x", "--from", "soon"], "expected a date"),
        ("pollstats", &["--replay", "x", "--speed", "-1"], "must be 0, or from 0.001"),
        ("pollstats", &["--replay", "x", "--speed", "NaN"], "must be 0, or from 0.001"),
        ("pollstats", &["--replay", "x", "--wait"], "cannot be used with"),
        ("pollstats", &["--replay", "x", "done", "y"], "--replay shows one recording"),
        ("pollstats", &["--from", "-5s", "done"], "--replay"),
        ("pollstats", &["--speed", "0", "done"], "--replay"),
    ] {
        // Also when recstats is asked.
        for mut asked in [command(name), recstats(&[name])] {
            let found = run(asked.args(arguments));
            assert_eq!((found.code, found.stdout.as_str()), (Some(2), ""), "{arguments:?}");
            assert!(found.stderr.contains(reason), "{arguments:?}: {}", found.stderr);
        }
    }
}

#[test]
fn a_replay_waits_as_long_as_it_took_and_a_signal_ends_it() {
    let directory = TempDir::new().unwrap();
    let stats = Jobs::options().path(directory.path()).create().unwrap();
    let mut recorded = Recorded::new();
    let mut watch = Watch::new([directory.path()]);
    for _ in 0..3 {
        stats.done.add(1);
        recorded.poll(&mut watch, SECOND);
    }
    recorded.finish();
    let mut replay = command("pollstats");
    replay.args(["--speed", "0.001", "-o", "csv", "--replay"]).arg(recorded.path());
    let mut child = start(replay.arg("done"));
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(stdout.next().unwrap().unwrap(), "time,done");
    // It is recstats by now, of the same process.
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(stdout.next().is_none());

    let mut replay = command("pollstats");
    replay.args(["--speed", "50", "-o", "csv", "--replay"]).arg(recorded.path());
    let begun = std::time::Instant::now();
    let found = run(replay.arg("done"));
    assert_eq!((found.code, found.stdout.lines().count()), (Some(0), 3), "{found:?}");
    assert!(begun.elapsed() >= 2 * SECOND / 50);
}

fn start(command: &mut Command) -> std::process::Child {
    command.stdout(Stdio::piped()).spawn().unwrap()
}
