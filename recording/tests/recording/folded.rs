//! Spans in blocks and roll-ups.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::SystemTime;

use mmstats::{Counter, MmStats, Published, Watch};
use mmstats_recording::{Change, RollUp, RowWriter, Summary, encode_poll, unseal};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixture::{Fixture, SECOND, check, replayed};

#[derive(MmStats)]
struct Jobs {
    done: Counter,
    failed: Counter,
}

/// Several files, of which some change at each poll.
struct Programs {
    directory: TempDir,
    stats: Vec<Published<Jobs>>,
    watch: Watch,
    fixture: Fixture,
}

impl Programs {
    fn new(count: usize) -> Self {
        let directory = TempDir::new().unwrap();
        let create = |_| Jobs::options().path(directory.path()).create().unwrap();
        let stats = (0..count).map(create).collect();
        let watch = Watch::new([directory.path()]);
        Self { directory, stats, watch, fixture: Fixture::new() }
    }

    fn poll(&mut self, times: usize) {
        for _ in 0..times {
            let poll = self.fixture.kept.len() as u64;
            for (number, stats) in (0..).zip(&self.stats) {
                stats.done.add(poll % (number + 1) * 7);
                stats.failed.add(u64::from(poll % 50 == number));
            }
            self.fixture.poll(&mut self.watch).unwrap();
        }
    }

    fn finish(&mut self) -> Connection {
        self.fixture.recorder.take().unwrap().finish().unwrap();
        Connection::open(self.fixture.path()).unwrap()
    }

    fn check(&self) {
        let Fixture { kept, .. } = &self.fixture;
        check(&self.fixture.path(), SystemTime::UNIX_EPOCH, kept).unwrap();
        let middle = kept.len() / 2;
        check(&self.fixture.path(), kept[middle].wall, &kept[middle..]).unwrap();
    }
}

fn count(connection: &Connection, rows: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {rows}"), (), |row| row.get(0)).unwrap()
}

#[test]
fn spans_that_are_over_are_in_blocks() {
    let mut programs = Programs::new(7);
    programs.poll(130);
    let path = programs.fixture.path();
    let open = |path: &Path| Connection::open(path).unwrap();
    assert_eq!(count(&open(&path), "recent"), 10);
    assert_eq!(count(&open(&path), "blocks"), 2);
    programs.check();
    // A program ends, one begins, and one was only there for a part of the span.
    drop(programs.stats.remove(2));
    programs.poll(1);
    programs.stats.push(Jobs::options().path(programs.directory.path()).create().unwrap());
    programs.poll(20);
    drop(programs.stats.pop());
    programs.poll(20);
    let connection = programs.finish();
    assert_eq!(count(&connection, "recent"), 0);
    assert_eq!(count(&connection, "blocks"), 3);
    programs.check();
}

#[test]
fn where_a_block_and_polls_are_the_block_counts() {
    let mut programs = Programs::new(3);
    programs.poll(60);
    let copy = "CREATE TEMP TABLE copy AS SELECT * FROM recent";
    let again = "INSERT INTO recent SELECT * FROM copy";
    let connection = Connection::open(programs.fixture.path()).unwrap();
    connection.execute_batch(copy).unwrap();
    programs.poll(10);
    // As if the recorder had been killed in the middle of folding. What polls say of these writers
    // isn't so.
    let mut row = RowWriter::default();
    let mut part = Vec::new();
    encode_poll([Change { word: 0, value: 999 }], &mut part);
    (1..=3).for_each(|writer| row.push(writer, &part));
    connection.execute("INSERT INTO recent VALUES (?, ?)", ((64 + 30) << 8, row.take())).unwrap();
    programs.check();
    connection.execute_batch("DELETE FROM recent WHERE key < 128 << 8").unwrap();
    // No block is written yet.
    connection.execute_batch(again).unwrap();
    connection.execute_batch("DELETE FROM blocks").unwrap();
    programs.check();
}

#[test]
fn polls_that_are_being_removed_replace_no_damaged_block() {
    let mut programs = Programs::new(2);
    programs.poll(60);
    let connection = Connection::open(programs.fixture.path()).unwrap();
    connection.execute_batch("CREATE TEMP TABLE copy AS SELECT * FROM recent").unwrap();
    while count(&connection, "spans WHERE id = 1 AND form = 1") == 0 {
        programs.poll(1);
    }
    let polls = programs.fixture.kept.len();
    // Killed when the changes of the first 20 polls were removed.
    let again = "INSERT INTO recent SELECT * FROM copy WHERE key >= (64 + 20) << 8;
                 UPDATE blocks SET bytes = x'00'";
    connection.execute_batch(again).unwrap();
    let (found, errors) = replayed(&programs.fixture.path(), ..);
    assert_eq!((found.len(), errors.len()), (polls, 1), "{errors:?}");
    assert!(found.iter().all(|kept| kept.update().files().len() == 0));
    // Killed before.
    connection.execute_batch("INSERT OR IGNORE INTO recent SELECT * FROM copy").unwrap();
    let (found, errors) = replayed(&programs.fixture.path(), ..);
    assert_eq!((found.len(), errors.len()), (polls, 1), "{errors:?}");
    assert!(found.iter().all(|kept| kept.update().files().len() == 2));
}

#[test]
fn roll_ups_say_how_much_was_counted() {
    let mut programs = Programs::new(2);
    programs.poll(150);
    let connection = programs.finish();
    let of_writer = "SELECT key & 0xffffffff, bytes FROM minutes \
                     JOIN writers ON id = key >> 32 WHERE path = ? ORDER BY key";
    let mut statement = connection.prepare(of_writer).unwrap();
    let path = programs.stats[1].path().unwrap().as_os_str().as_bytes();
    let rows = statement.query_map((path,), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let rows: Vec<(i64, Vec<u8>)> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|(span, _)| *span).collect::<Vec<_>>(), [1, 2, 3]);
    let roll_ups: Vec<_> = rows
        .iter()
        .map(|(_, bytes)| RollUp::decode(unseal(bytes).unwrap(), 100).unwrap())
        .collect();
    // The second file counts 7 in every other poll, beginning with the second one.
    let counted = |roll_up: &RollUp| {
        let words = roll_up.words.iter().filter_map(|word| match word.summary {
            Summary::Count { increase, greatest_step: 7 } => Some((increase, word.last)),
            _ => None,
        });
        words.collect::<Vec<_>>()
    };
    let found: Vec<_> = roll_ups.iter().flat_map(counted).collect();
    assert_eq!(found, [(210, 210), (210, 420), (105, 525)]);
    // The first one says all words: what was so at its end.
    assert!(roll_ups[0].keyframe.as_ref().is_some_and(|words| words.contains(&210)));
    assert_eq!(roll_ups[1].keyframe, None);
}

#[test]
fn a_damaged_block_costs_its_writers_up_to_a_span_that_says_everything() {
    let mut programs = Programs::new(2);
    programs.poll(60 * 11 + 5);
    let connection = programs.finish();
    let change = "UPDATE blocks SET bytes = CAST(substr(bytes, 1, 20) || x'00' || substr(bytes, 22) \
                  AS BLOB) WHERE key >> 32 = 3";
    assert_eq!(connection.execute(change, ()).unwrap(), 1);
    let kept = &programs.fixture.kept;
    let (found, errors) = replayed(&programs.fixture.path(), ..);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("damaged row 12884901889 of blocks: "), "{errors:?}");
    assert_eq!(found.len(), kept.len());
    for (number, (found, kept)) in found.iter().zip(kept).enumerate() {
        let files = found.update().files().len();
        let expected = if (120..600).contains(&number) { 0 } else { 2 };
        assert_eq!(files, expected, "{number}");
        assert_eq!(found.wall, kept.wall);
    }
    // What follows is whole again.
    check(&programs.fixture.path(), kept[600].wall, &kept[600..]).unwrap();
}

#[test]
fn damaged_polls_cost_all_up_to_a_span_that_says_everything() {
    let mut programs = Programs::new(2);
    programs.poll(60);
    let connection = Connection::open(programs.fixture.path()).unwrap();
    connection.execute_batch("UPDATE recent SET bytes = x'0000' WHERE key >> 8 & 63 = 21").unwrap();
    let (found, errors) = replayed(&programs.fixture.path(), ..);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(found.len(), 21);
    programs.fixture.start();
    programs.poll(5);
    let (found, errors) = replayed(&programs.fixture.path(), ..);
    assert_eq!((found.len(), errors.len()), (26, 1));
    let found = &found[21..];
    assert!(found[0].after_gap);
    assert_eq!(found[0].wall, programs.fixture.kept[60].wall);
    assert_eq!(found[1].monotonic, found[0].monotonic + SECOND);
}

#[test]
fn a_damaged_or_missing_span_is_a_gap() {
    let mut programs = Programs::new(1);
    programs.poll(60 * 10 + 5);
    let connection = programs.finish();
    let path = programs.fixture.path();
    let damage = "CREATE TEMP TABLE copy AS SELECT times FROM spans WHERE id = 10; \
                  UPDATE spans SET times = x'00' WHERE id = 10";
    connection.execute_batch(damage).unwrap();
    let (found, errors) = replayed(&path, ..);
    assert_eq!(errors, ["damaged row 10 of spans: its checksum"]);
    assert_eq!(found.len(), 540 + 5);
    assert!(found[540].after_gap && !found[541].after_gap);
    let missing = "UPDATE spans SET times = (SELECT times FROM copy) WHERE id = 10; \
                   DELETE FROM spans WHERE id = 4";
    connection.execute_batch(missing).unwrap();
    let (found, errors) = replayed(&path, ..);
    assert_eq!((found.len(), errors.len()), (180 + 5, 0));
    assert!(found[180].after_gap && !found[181].after_gap);
}
