//! Clocks that are set, suspends, restarts and failures.

use std::time::{Duration, SystemTime};

use mmstats::{Counter, MmStats, Published, Watch};
use mmstats_recording::{Recorder, Recording, RecordingError, Settings};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixture::{Fixture, SECOND, check, replayed};

#[derive(MmStats)]
struct Jobs {
    done: Counter,
}

fn jobs() -> (TempDir, Published<Jobs>, Watch) {
    let directory = TempDir::new().unwrap();
    let stats = Jobs::options().path(directory.path()).create().unwrap();
    let watch = Watch::new([directory.path()]);
    (directory, stats, watch)
}

const HOUR: Duration = Duration::from_hours(1);

fn all(fixture: &Fixture) -> Result<(), String> {
    check(&fixture.path(), SystemTime::UNIX_EPOCH, &fixture.kept)
}

/// Why each stretch began.
fn reasons(fixture: &Fixture) -> Vec<String> {
    let connection = Connection::open(fixture.path()).unwrap();
    let mut statement = connection.prepare("SELECT reason FROM stretches ORDER BY id").unwrap();
    let reasons = statement.query_map((), |row| row.get(0)).unwrap();
    reasons.map(Result::unwrap).collect()
}

#[test]
fn no_poll_is_lost_when_the_clock_is_set_and_both_at_a_time_are_there() {
    let (_directory, stats, mut watch) = jobs();
    let mut fixture = Fixture::new();
    for poll in 0..200_u32 {
        match poll {
            30 => fixture.clocks.wall -= 10 * SECOND,
            100 => fixture.clocks.wall += 365 * 24 * HOUR,
            150 => fixture.clocks.wall -= 365 * 24 * HOUR + HOUR,
            _ => {}
        }
        stats.done.add(poll.into());
        fixture.poll(&mut watch).unwrap();
    }
    all(&fixture).unwrap();
    assert_eq!(reasons(&fixture), ["start", "clock", "clock", "clock"]);
    // A time that was twice.
    let wall = fixture.kept[25].wall;
    let (found, errors) = replayed(&fixture.path(), wall..wall + SECOND);
    let times: Vec<_> = found.iter().map(|kept| (kept.monotonic, kept.after_gap)).collect();
    assert_eq!(times, [(26 * SECOND, false), (36 * SECOND, true)]);
    assert!(errors.is_empty());
    // To is exclusive, or as the range has it.
    let (found, _) = replayed(&fixture.path(), fixture.kept[90].wall..=fixture.kept[92].wall);
    assert_eq!(found.len(), 3);
    let (found, _) = replayed(&fixture.path(), ..fixture.kept[180].wall - 100 * HOUR);
    assert_eq!(found.len(), 0);
}

#[test]
fn a_suspend_is_no_gap() {
    let (_directory, _stats, mut watch) = jobs();
    let mut fixture = Fixture::new();
    for poll in 0..3 {
        if poll == 2 {
            fixture.clocks.wall += HOUR;
            fixture.clocks.boot.time += HOUR;
        }
        fixture.poll(&mut watch).unwrap();
    }
    all(&fixture).unwrap();
    assert_eq!(reasons(&fixture), ["start", "suspend"]);
}

#[test]
fn a_time_that_no_calendar_has_is_an_error_and_then_a_gap() {
    let (_directory, _stats, mut watch) = jobs();
    let mut fixture = Fixture::new();
    fixture.poll(&mut watch).unwrap();
    let wall = fixture.clocks.wall;
    fixture.clocks.wall += Duration::from_hours(24 * 366 * 9_000);
    for _ in 0..2 {
        let error = fixture.poll(&mut watch).unwrap_err();
        assert!(matches!(error, RecordingError::OutOfRange(_)), "{error}");
    }
    fixture.clocks.wall = wall;
    fixture.poll(&mut watch).unwrap();
    fixture.kept[1].after_gap = true;
    all(&fixture).unwrap();
    assert_eq!(reasons(&fixture), ["start", "failed"]);
}

#[test]
fn one_recorder_at_a_time() {
    let fixture = Fixture::new();
    let second = Recorder::new(fixture.path(), &Settings::new(SECOND));
    assert_eq!(second.unwrap_err().to_string(), "in use by another recorder");
}

#[test]
fn a_recording_that_ended_in_order_is_one_file() {
    let (_directory, _stats, mut watch) = jobs();
    let mut fixture = Fixture::new();
    fixture.poll(&mut watch).unwrap();
    fixture.recorder.take().unwrap().finish().unwrap();
    let beside = |suffix: &str| {
        let mut path = fixture.path().into_os_string();
        path.push(suffix);
        std::path::PathBuf::from(path).exists()
    };
    assert!(!beside("-wal") && !beside("-shm"));
    // Version 1 needs no write-ahead log, as where no file can be created.
    assert_eq!(std::fs::read(fixture.path()).unwrap()[18..20], [1, 1]);
    all(&fixture).unwrap();
}

#[test]
fn what_is_no_recording_is_rejected() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("text");
    std::fs::write(&path, "some text, which is not a recording").unwrap();
    let message = "file is not a database";
    assert_eq!(Recording::open(&path).unwrap_err().to_string(), message);
    assert_eq!(Recorder::new(&path, &Settings::new(SECOND)).unwrap_err().to_string(), message);
}
