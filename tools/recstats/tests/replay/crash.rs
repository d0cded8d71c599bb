//! A program and then the recorder are killed: the last second before that is in the recording.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mmstats::Verdict;
use mmstats_recording::{Recording, Snapshot};
use mmstats_testing::TIMEOUT;
use mmstats_testing::command::run;
use mmstats_testing::webapp::Webapp;
use tempfile::TempDir;

use crate::tools::{Recorder, command, lines, pollstats, slurpstats};

const LABEL: &str = "web.stats.status.2XX";

/// Waits until the last recorded poll is as wanted; returns when it was.
fn until(recording: &Path, wanted: impl Fn(&Snapshot) -> bool) -> SystemTime {
    let begun = Instant::now();
    while begun.elapsed() < TIMEOUT {
        let found = Recording::open(recording).and_then(|it| it.at(SystemTime::now()));
        if let Ok(Some(snapshot)) = found
            && wanted(&snapshot)
        {
            return snapshot.wall;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("timed out");
}

fn count(snapshot: &Snapshot) -> u64 {
    let value = |label: &str| {
        let stats = snapshot.files.iter().filter_map(|watched| watched.file().get(label));
        stats.filter_map(|stat| stat.value().as_u64()).sum()
    };
    value(LABEL)
}

/// TIME for a poll.
fn unix(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap();
    format!("@{}.{:09}", since.as_secs(), since.subsec_nanos())
}

fn total(found: &[String]) -> u64 {
    found.iter().map(|line| line.rsplit(',').next().unwrap().parse::<u64>().unwrap()).sum()
}

#[test]
fn the_last_second_before_a_crash_is_shown() {
    let directory = TempDir::new().unwrap();
    let stats = directory.path().join("stats");
    std::fs::create_dir(&stats).unwrap();
    let recording = directory.path().join("recording");
    let webapp = Webapp::start(&stats, &["--no-load", "--seconds", "0"]);
    let recorder = Recorder::start(&recording, &["--interval", "0.1s"], &stats);
    until(&recording, |snapshot| snapshot.files.len() == 4);
    webapp.request("/", 100);
    let before = until(&recording, |snapshot| count(snapshot) == 100);
    // A load, of which nobody knows how far it gets.
    let loaded = Webapp::start(&stats, &["--seconds", "0"]);
    until(&recording, |snapshot| count(snapshot) > 2_000);
    webapp.request("/", 30);
    webapp.kill();
    loaded.kill();
    let is_dead = |snapshot: &Snapshot| {
        snapshot.files.iter().all(|file| file.life().verdict == Verdict::Dead)
    };
    let dead = until(&recording, is_dead);
    until(&recording, |snapshot| snapshot.wall > dead);
    recorder.kill();

    // What slurpstats shows of the dead files, the recording has, too, and after they are removed.
    let at_end = |options: &[&str]| slurpstats(&recording, "-0s", options);
    for options in [&["-o", "json"][..], &["--sum", "-o", "csv"], &["--dead"], &["--alive"]] {
        let live = run(command("slurpstats").args(options).arg(&stats));
        let found = at_end(options);
        assert_eq!(
            (found.code, &found.stdout, &found.stderr),
            (live.code, &live.stdout, &live.stderr),
            "{options:?}"
        );
    }
    std::fs::remove_dir_all(&stats).unwrap();
    let options = ["-o", "csv", "-l", LABEL];
    let (last, stderr) = lines(at_end(&options));
    assert_eq!((last.len(), stderr.as_str()), (1 + 8, ""));
    let counted = total(&last[1..]);
    assert!(counted > 2_000, "{counted}");

    // Before that, it wasn't dead, and had counted less.
    let (first, stderr) = lines(slurpstats(&recording, &unix(before), &options));
    assert_eq!((total(&first[1..]), stderr.as_str()), (100, ""));
    assert!(first[1..].iter().all(|line| line.contains(",true,")), "{first:?}");

    // Rows add up to it, and the last ones have nothing new.
    let (rows, stderr) = lines(pollstats(&recording, &["-o", "csv", "--delta", LABEL]));
    assert_eq!((rows[0].as_str(), stderr.as_str()), ("time,web.stats.status.2XX", ""));
    assert_eq!(total(&rows[1..]), counted);
    assert!(rows.last().unwrap().ends_with(",0"), "{rows:?}");
    let (rows, _) = lines(pollstats(&recording, &["-o", "csv", "--from", &unix(before), LABEL]));
    assert!(rows[1..].iter().any(|row| !row.ends_with(",0.0")), "{rows:?}");
}
