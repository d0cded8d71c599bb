//! `slurpstats --at` shows what slurpstats showed then.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use mmstats::{Counter, MmStats, Published, Watch};
use mmstats_testing::command::{Run, dead_pid, run};
use mmstats_testing::kinds::Kinds;
use mmstats_testing::original::original;
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use crate::recorded::{Recorded, SECOND};
use crate::tools::{command, lines, pollstats, slurpstats};

#[derive(MmStats)]
struct Jobs {
    done: Counter,
}

fn jobs(directory: &Path) -> Published<Jobs> {
    Jobs::options().path(directory).create().unwrap()
}

const OPTIONS: [&[&str]; 20] = [
    &[],
    &["--raw"],
    &["--help-texts"],
    &["--color", "always"],
    &["-o", "json"],
    &["-o", "csv", "--help-texts"],
    &["-o", "prom", "--texts", "--add-label", "job=x"],
    &["-o", "prom", "--sum"],
    &["--sum"],
    &["--sum", "--by", "a"],
    &["--sum", "-o", "json"],
    &["--sum", "-o", "csv"],
    &["--alive"],
    &["--dead"],
    &["--dead", "--sum", "-o", "json"],
    &["-l", "done", "-l", "gauge_*"],
    &["-l", "none"],
    &["--alive", "-l", "*it*"],
    &["--owner", "4242"],
    &["-o", "json", "--owner", "4242"],
];

#[test]
fn a_recorded_moment_is_what_there_was() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let kinds = Kinds::options().path(path).create().unwrap();
    kinds.write();
    write(path, "dead10.mmstats", &original(dead_pid()));
    write(path, "dead9.mmstats", &original(dead_pid()));
    let mut cut = original(dead_pid());
    cut.truncate(40);
    write(path, "cut.mmstats", &cut);
    write(path, "broken.mmstats", b"\x07what");
    let mut recorded = Recorded::new();
    recorded.wall = SystemTime::now();
    let mut watch = Watch::new([path.to_owned(), path.join("missing.mmstats")]);
    recorded.poll(&mut watch, Duration::ZERO);
    let live = OPTIONS.map(|options| {
        let mut command = command("slurpstats");
        run(command.args(options).args([path, &path.join("missing.mmstats")]))
    });
    // Later moments are others.
    jobs(path).done.add(1);
    fs::remove_file(path.join("dead9.mmstats")).unwrap();
    recorded.poll(&mut watch, 5 * SECOND);
    recorded.finish();
    for (options, live) in OPTIONS.into_iter().zip(live) {
        let Run { code, stdout, stderr } = slurpstats(&recorded.path(), "-5s", options);
        assert_eq!(stdout, live.stdout, "{options:?}");
        assert_eq!(code, live.code, "{options:?}: {stderr}");
        assert_eq!(stderr, live.stderr, "{options:?}");
    }
    let later = slurpstats(&recorded.path(), "-4s", &[]);
    assert!(later.stdout.contains("dead9") && later.stderr.contains("cut.mmstats"), "{later:?}");
    assert!(!slurpstats(&recorded.path(), "-0s", &[]).stdout.contains("dead9"));
}

#[test]
fn in_a_gap_it_is_the_poll_before_and_before_the_first_nothing() {
    let directory = TempDir::new().unwrap();
    let stats = jobs(directory.path());
    let mut watch = Watch::new([directory.path()]);
    let mut recorded = Recorded::new();
    let empty = recorded.path();
    let nothing = slurpstats(&empty, "-1s", &[]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(1), ""));
    assert!(nothing.stderr.ends_with("/recording: nothing has been recorded yet\n"), "{nothing:?}");

    for poll in 0..4 {
        if poll == 2 {
            recorded.start();
            recorded.pass(3600 * SECOND);
        }
        stats.done.add(1);
        recorded.poll(&mut watch, SECOND);
    }
    recorded.finish();
    let at = |time: &str| slurpstats(&recorded.path(), time, &["-l", "done", "--raw"]);
    let value = |found: &Run| found.stdout.split_whitespace().last().map(str::to_owned);
    let within = at("2023-11-14T22:30:00Z");
    assert_eq!((within.code, value(&within).as_deref()), (Some(0), Some("2")));
    let gap = "recording: nothing was recorded after 2023-11-14 22:13:22.000 +00:00 until \
               2023-11-14 23:13:23.000 +00:00; this is the last poll\n";
    assert!(within.stderr.ends_with(gap) && within.stderr.lines().count() == 1, "{within:?}");
    let behind = at("2023-11-14T23:13:23.5Z");
    assert_eq!((value(&behind).as_deref(), behind.stderr.as_str()), (Some("3"), ""));
    let long_after = at("2023-11-15");
    assert_eq!(value(&long_after).as_deref(), Some("4"));
    assert!(long_after.stderr.contains("nothing was recorded after"), "{long_after:?}");

    let before = at("@1700000000");
    assert_eq!((before.code, before.stdout.as_str()), (Some(1), ""));
    let first = "nothing was recorded until 2023-11-14 22:13:20.000 +00:00; the first poll is of \
                 2023-11-14 22:13:21.000 +00:00\n";
    assert!(before.stderr.ends_with(first), "{before:?}");
}

#[test]
fn a_moment_can_be_written_to_a_file() {
    let directory = TempDir::new().unwrap();
    let stats = jobs(directory.path());
    stats.done.add(7);
    let mut recorded = Recorded::new();
    recorded.poll(&mut Watch::new([directory.path()]), SECOND);
    recorded.finish();
    let file = directory.path().join("dump.csv");
    let arguments = ["-o", "csv", "-l", "done", "--file", file.to_str().unwrap()];
    let found = slurpstats(&recorded.path(), "-0s", &arguments);
    assert_eq!((found.code, found.stdout.as_str(), found.stderr.as_str()), (Some(0), "", ""));
    assert!(fs::read_to_string(&file).unwrap().ends_with(",done,,counter,,Q,7\n"));
    // What can't be found replaces nothing.
    let failed = slurpstats(&directory.path().join("none"), "-0s", &arguments);
    assert_eq!(failed.code, Some(2));
    assert!(fs::read_to_string(&file).unwrap().ends_with(",7\n"));
}

#[test]
fn of_what_has_expired_the_end_of_each_minute_is_shown() {
    let directory = TempDir::new().unwrap();
    let stats = jobs(directory.path());
    let mut watch = Watch::new([directory.path()]);
    let mut recorded = Recorded::new();
    recorded.settings.fine = 100 * SECOND;
    recorded.start();
    for _ in 0..330 {
        stats.done.add(1);
        recorded.poll(&mut watch, SECOND);
    }
    recorded.finish();
    // The first poll is of 22:13:21. Minutes whose last poll is older than 100 s are rolled up.
    let at = |time: &str| slurpstats(&recorded.path(), time, &["-l", "done", "-o", "csv"]);
    let (found, noted) = lines(at("2023-11-14T22:13:30Z"));
    assert!(found[1].ends_with(",60"), "{found:?}");
    let end =
        "of that time only each minute's end is kept; this is 2023-11-14 22:14:20.000 +00:00\n";
    assert!(noted.ends_with(end), "{noted}");
    let (found, noted) = lines(at("2023-11-14T22:17:30Z"));
    assert!(found[1].ends_with(",250") && noted.is_empty(), "{found:?}{noted}");

    let replayed = |arguments: &[&str]| pollstats(&recorded.path(), arguments);
    let (rows, noted) = lines(replayed(&["-o", "csv", "done"]));
    assert_eq!(rows.len(), 1 + 149, "{rows:?}");
    let before = "before 2023-11-14 22:16:21.000 +00:00 only each minute's end is kept\n";
    assert!(noted.ends_with(before) && noted.lines().count() == 1, "{noted}");
    let (_, noted) = lines(replayed(&["-o", "csv", "--from", "-60s", "done"]));
    assert_eq!(noted, "");
    let gone = replayed(&["--to", "2023-11-14T22:15Z", "done"]);
    let kept = "of that time only each minute's end is kept: slurpstats --at shows it\n";
    assert!(gone.code == Some(1) && gone.stderr.ends_with(kept), "{gone:?}");
}
