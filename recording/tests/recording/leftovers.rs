//! Spans that a killed recorder left unfolded.

use std::env;
use std::time::SystemTime;

use mmstats::Watch;
use mmstats_recording::{RowWriter, row_parts, unseal};
use mmstats_testing::random::{Random, seed};
use mmstats_testing::sameness::same;
use mmstats_testing::world::World;
use mmstats_testing::world::step::Step;
use mmstats_testing::world::steps::run;
use rusqlite::Connection;

use crate::fixture::{Fixture, SECOND, check};

/// Keys and bytes.
type Blobs = Vec<(i64, Vec<u8>)>;

/// Rows of a table, of spans up to one: key and bytes.
fn rows(fixture: &Fixture, table: &str, span: &str, last: i64) -> Blobs {
    let connection = Connection::open(fixture.path()).unwrap();
    let sql = format!("SELECT key, bytes FROM {table} WHERE {span} <= ? ORDER BY key");
    let mut statement = connection.prepare(&sql).unwrap();
    let rows = statement.query_map((last,), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn count(fixture: &Fixture, rows: &str) -> i64 {
    let connection = Connection::open(fixture.path()).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {rows}"), (), |row| row.get(0)).unwrap()
}

/// Polls until what was left is folded.
fn until_folded(fixture: &mut Fixture, watch: &mut Watch, before: i64) {
    let unfolded = format!("spans WHERE form = 0 AND id <= {before}");
    for _ in 0..1_000 {
        fixture.poll(watch).unwrap();
        if count(fixture, &unfolded) == 0 {
            return;
        }
    }
    panic!("it isn't folded");
}

/// The blocks of writers, whatever rows they are in, and the roll-ups.
fn folded(fixture: &Fixture, last: i64) -> (Vec<(i64, u32, Vec<u8>)>, Blobs) {
    let mut blocks = Vec::new();
    for (key, bytes) in rows(fixture, "blocks", "key >> 32", last) {
        let content = unseal(&bytes).unwrap();
        for part in row_parts(content) {
            let part = part.unwrap();
            blocks.push((key >> 32, part.writer, part.bytes.to_vec()));
        }
    }
    blocks.sort();
    (blocks, rows(fixture, "minutes", "(key & 0xffffffff)", last))
}

/// Takes back what was folded of a span after some writers, whose polls were these.
fn unfold(fixture: &Fixture, span: i64, polls: &[(i64, Vec<u8>)], random: &mut Random) {
    let connection = Connection::open(fixture.path()).unwrap();
    let mut insert = connection.prepare("INSERT INTO recent VALUES (?, ?)").unwrap();
    for poll in polls {
        insert.execute((poll.0, &poll.1)).unwrap();
    }
    connection.execute("UPDATE spans SET form = 0 WHERE id = ?", (span,)).unwrap();
    let sql = "SELECT key, bytes FROM blocks WHERE key >> 32 = ?";
    let found: (i64, Vec<u8>) = connection.query_row(sql, (span,), |row| row.try_into()).unwrap();
    let content = unseal(&found.1).unwrap();
    let parts: Vec<_> = row_parts(content).map(Result::unwrap).collect();
    let mut row = RowWriter::default();
    // Roll-ups are written before the block's row.
    let (blocks, minutes) = (random.below(parts.len() + 1), random.below(parts.len() + 1));
    parts[..blocks].iter().for_each(|part| row.push(part.writer, part.bytes));
    connection.execute("DELETE FROM blocks WHERE key = ?", (found.0,)).unwrap();
    if blocks > 0 {
        connection.execute("INSERT INTO blocks VALUES (?, ?)", (found.0, row.take())).unwrap();
    }
    for part in &parts[blocks.max(minutes)..] {
        let key = i64::from(part.writer) << 32 | span;
        connection.execute("DELETE FROM minutes WHERE key = ?", (key,)).unwrap();
    }
}

/// Records these steps twice: one recorder is killed, perhaps while it folds; what it leaves becomes
/// what the other one has folded itself.
fn follow(steps: &[Step]) -> Result<(), String> {
    // Others for each sequence.
    let mut random = Random::new(seed().wrapping_add(format!("{steps:?}").len() as u64));
    let mut world = World::new(&env::temp_dir());
    let (mut whole, mut killed) = (Fixture::new(), Fixture::new());
    let mut watch = Watch::new(world.locations());
    let mut polls = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        world.apply(*step);
        whole.clocks.pass(SECOND);
        killed.clocks = whole.clocks;
        let update = watch.poll_at(whole.clocks.monotonic, whole.clocks.wall);
        whole.record(&update).map_err(|error| error.to_string())?;
        killed.record(&update).map_err(|error| error.to_string())?;
        if number % 60 == 59 {
            polls = rows(&killed, "recent", "0", 0);
        }
    }
    let last = count(&whole, "spans");
    whole.recorder.take().unwrap().finish().map_err(|error| error.to_string())?;
    killed.recorder = None;
    if steps.len() > 60 && random.below(4) > 0 {
        unfold(&killed, steps.len() as i64 / 60, &polls, &mut random);
    }
    killed.start();
    until_folded(&mut killed, &mut watch, last);
    let (found, expected) = (folded(&killed, last), folded(&whole, last));
    same("blocks", &found.0, &expected.0)?;
    same("roll-ups", &found.1, &expected.1)?;
    same("polls", &count(&killed, &format!("recent WHERE key >> 14 <= {last}")), &0)?;
    killed.kept[steps.len()].after_gap = true;
    check(&killed.path(), SystemTime::UNIX_EPOCH, &killed.kept)
}

#[test]
fn what_is_left_becomes_what_would_have_been_folded() {
    run(6, 150, Step::any, follow);
    run(2, 230, Step::orderly, follow);
    // The span that says everything again.
    run(1, 670, Step::orderly, follow);
}
