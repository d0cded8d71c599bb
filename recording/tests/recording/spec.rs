//! `spec/RECORDING.md` is enough to read a recording.

use std::collections::BTreeMap;

use mmstats::{Update, WatchedFile};
use mmstats_recording::Recording;
use mmstats_testing::kept_update::KeptUpdate;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::histories::recorded;
use crate::naive::{NaivePoll, read};

const SPEC: &str = include_str!("../../../spec/RECORDING.md");

/// An update as the naive reader shows it.
fn poll(update: &Update<'_>) -> NaivePoll {
    let wall = update.wall().duration_since(std::time::UNIX_EPOCH).unwrap();
    NaivePoll {
        monotonic: update.monotonic().as_nanos() as u64,
        seconds: wall.as_secs() as i64,
        is_after_gap: update.after_gap(),
        files: update.files().map(words).collect(),
        removed: update.removed().iter().map(words).collect(),
    }
}

fn words(watched: &WatchedFile) -> (String, Vec<u64>) {
    let file = watched.file();
    let mut words = Vec::new();
    file.append_words(&mut words);
    (file.path().display().to_string(), words)
}

fn counts(connection: &Connection) -> BTreeMap<&'static str, u32> {
    let count = |what| {
        let sql = format!("SELECT count(*) FROM {what}");
        (what, connection.query_row(&sql, (), |row| row.get(0)).unwrap())
    };
    ["stretches", "spans WHERE complete = 1", "spans WHERE form = 1", "recent"]
        .map(count)
        .into_iter()
        .collect()
}

#[test]
fn a_naive_reader_finds_the_same_words_at_each_poll() {
    let (_files, mut fixture) = recorded(870);
    fixture.recorder = None;
    let path = fixture.path();
    let connection = Connection::open(&path).unwrap();
    let counts = counts(&connection);
    assert!(counts["stretches"] > 1 && counts["spans WHERE complete = 1"] > 2, "{counts:?}");
    assert!(counts["spans WHERE form = 1"] > 10 && counts["recent"] > 5, "{counts:?}");
    let grown = "SELECT count(*) FROM writers WHERE continues IS NOT NULL";
    assert_eq!(connection.query_row(grown, (), |row| row.get(0)), Ok(1));

    let found = read(&path);
    assert_eq!(found.len(), 870);
    assert!(found.iter().any(|poll| !poll.removed.is_empty()));
    let recording = Recording::open(&path).unwrap();
    let mut updates = recording.updates(..).unwrap();
    for (number, found) in found.iter().enumerate() {
        let expected = poll(&updates.next().unwrap().unwrap());
        assert!(*found == expected, "poll {number}: {found:?}, {expected:?}");
        // That is what was recorded, too.
        let kept: &KeptUpdate = &fixture.kept[number];
        let kept = poll(&kept.update());
        assert!((&found.files, &found.removed) == (&kept.files, &kept.removed), "poll {number}");
    }
    assert!(updates.next().is_none());
}

/// What creates the tables.
fn schema(connection: &Connection) -> Vec<Vec<Value>> {
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map((), |row| (0..4).map(|at| row.get(at)).collect()).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn the_tables_are_those_of_the_spec() {
    let (_files, mut fixture) = recorded(1);
    fixture.recorder = None;
    let connection = Connection::open(fixture.path()).unwrap();
    let (_, sql) = SPEC.split_once("```sql\n").unwrap();
    let (sql, _) = sql.split_once("```").unwrap();
    let model = Connection::open_in_memory().unwrap();
    model.execute_batch(sql).unwrap();
    assert_eq!(schema(&connection), schema(&model));
    for (pragma, expected) in
        [("application_id", 1_835_889_490), ("user_version", 1), ("auto_vacuum", 2)]
    {
        let found: i64 = connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
        assert_eq!(found, expected, "{pragma}");
        assert!(SPEC.contains(&format!("| `PRAGMA {pragma}` | {expected}")), "{pragma}");
    }
}
