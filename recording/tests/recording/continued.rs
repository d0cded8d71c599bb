//! A recorder goes on whatever is damaged, and leaves alone what it can't continue.

use std::fs;

use mmstats::{Counter, MmStats, Watch};
use mmstats_recording::{Recorder, Settings};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use crate::fixture::{Fixture, SECOND, check};
use crate::hostile::checksum;

#[derive(MmStats)]
struct Jobs {
    done: Counter,
}

/// What makes all rows of a table damaged.
const DAMAGES: [&str; 9] = [
    "UPDATE about SET checksum = checksum + 1",
    "UPDATE stretches SET checksum = checksum + 1",
    "UPDATE spans SET checksum = checksum + 1",
    "UPDATE structures SET checksum = checksum + 1",
    "UPDATE writers SET checksum = checksum + 1",
    "UPDATE events SET bytes = x'00'",
    "UPDATE recent SET bytes = x'00'",
    "UPDATE blocks SET bytes = x'00'",
    "UPDATE minutes SET bytes = x'00'",
];

/// Continues what was recorded for 100 polls, after it was changed; whether all that follows is read.
fn goes_on_after(change: &str) -> Result<(), String> {
    let directory = TempDir::new().unwrap();
    let create = || Jobs::options().path(directory.path()).create().unwrap();
    let stats = [create(), create()];
    let mut watch = Watch::new([directory.path()]);
    let mut fixture = Fixture::new();
    let mut poll = |fixture: &mut Fixture, times: usize| {
        (0..times).try_for_each(|_| {
            stats[0].done.add(1);
            fixture.poll(&mut watch).map_err(|error| error.to_string())
        })
    };
    poll(&mut fixture, 100)?;
    fixture.recorder = None;
    let connection = Connection::open(fixture.path()).unwrap();
    assert!(connection.execute(change, ()).unwrap() > 0, "{change}");
    drop(connection);
    fixture.start();
    poll(&mut fixture, 130)?;
    let kept = &mut fixture.kept[100..];
    kept[0].after_gap = true;
    check(&fixture.path(), fixture.kept[100].wall, &fixture.kept[100..])
}

#[test]
fn no_damaged_row_stops_a_recorder() {
    for damage in DAMAGES {
        assert_eq!(goes_on_after(damage), Ok(()), "{damage}");
    }
}

/// A file of a few polls that was ended in order, changed by statements.
fn changed(statements: &str) -> (TempDir, Vec<u8>) {
    let directory = TempDir::new().unwrap();
    let mut fixture = Fixture::new();
    fixture.poll(&mut Watch::new([directory.path()])).unwrap();
    fixture.recorder.take().unwrap().finish().unwrap();
    Connection::open(fixture.path()).unwrap().execute_batch(statements).unwrap();
    let bytes = fs::read(fixture.path()).unwrap();
    fs::write(directory.path().join("recording"), &bytes).unwrap();
    (directory, bytes)
}

#[test]
fn what_is_rejected_stays_as_it_was() {
    let other = if cfg!(target_endian = "big") { "little" } else { "big" };
    let sum = checksum(&["byte_order", other].map(|text| Value::Text(text.to_owned())));
    let order =
        format!("UPDATE about SET value = '{other}', checksum = {sum} WHERE key = 'byte_order'");
    for (statements, expected) in [
        (order.as_str(), "byte order"),
        ("PRAGMA user_version = 2", "version"),
        ("PRAGMA application_id = 7", "not"),
        ("CREATE VIEW v AS SELECT 1", "v"),
    ] {
        let (directory, before) = changed(statements);
        let path = directory.path().join("recording");
        let error = Recorder::new(&path, &Settings::new(SECOND)).unwrap_err();
        assert!(error.to_string().contains(expected), "{statements}: {error}");
        assert!(fs::read(&path).unwrap() == before, "{statements}");
        let names = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> =
            names.filter(|name| name.to_string_lossy().starts_with("recording")).collect();
        left.sort();
        assert_eq!(left, ["recording", "recording.lock"], "{statements}");
    }
}
