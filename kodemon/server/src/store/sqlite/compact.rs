//! Compaction: moves arrivals into blocks, and adds them to the roll-ups by minute and by hour.

use std::collections::BTreeMap;

use rusqlite::Transaction;

use super::arrivals::{self, Arrival};
use super::block;
use super::rollup::{HOURS, MINUTES, RollUp};
use crate::store::aggregate::Aggregate;

/// Maximum size of a block in bytes, not counting its last row: reading one row reads the block.
const BLOCK_SIZE: usize = 32 << 10;

/// By token and time.
type Aggregates = BTreeMap<(i64, i64), Aggregate>;

/// Compacts all arrivals; `number` is that of the next execution after them.
pub fn compact(
    transaction: &Transaction<'_>,
    pending: &mut [Arrival],
    number: i64,
) -> rusqlite::Result<()> {
    // Those of each transaction are sorted already, so this merges.
    pending.sort_by(arrivals::order);
    for of_key in pending.chunk_by(|one, other| one.key == other.key) {
        let minutes = add_blocks(transaction, of_key)?;
        let mut hours = Aggregates::new();
        for ((token, minute), aggregate) in &minutes {
            hours.entry((*token, minute.div_euclid(60))).or_default().merge(aggregate);
        }
        let key = of_key[0].key;
        add_up(transaction, MINUTES, key, minutes)?;
        add_up(transaction, HOURS, key, hours)?;
        add_series(transaction, of_key)?;
    }
    transaction.execute("DELETE FROM arrivals", ())?;
    transaction.execute("UPDATE state SET number = ?", (number,))?;
    Ok(())
}

/// Makes blocks of a key's arrivals, and aggregates them by minute.
fn add_blocks(transaction: &Transaction<'_>, of_key: &[Arrival]) -> rusqlite::Result<Aggregates> {
    let mut insert = transaction.prepare_cached("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)")?;
    let mut aggregates = Aggregates::new();
    let mut data = Vec::new();
    let minute = |arrival: &Arrival| MINUTES.index(arrival.row.timestamp);
    for mut rest in of_key.chunk_by(|one, other| minute(one) == minute(other)) {
        let time = minute(&rest[0]);
        for Arrival { row, .. } in rest {
            aggregates.entry((row.token, time)).or_default().record(row.execution_time);
        }
        while let Some(Arrival { key, row: first }) = rest.first() {
            data.clear();
            let before = (first.timestamp, first.number);
            let count = block::encode(rest.iter().map(|it| &it.row), before, BLOCK_SIZE, &mut data);
            let seconds = (rest[count - 1].row.timestamp - first.timestamp).ceil() as i64;
            insert.execute((first.number, key, first.timestamp, seconds, count as i64, &data))?;
            rest = &rest[count..];
        }
    }
    Ok(aggregates)
}

fn add_up(
    transaction: &Transaction<'_>,
    roll_up: RollUp,
    key: i64,
    aggregates: Aggregates,
) -> rusqlite::Result<()> {
    for ((token, time), mut aggregate) in aggregates {
        if let Some(before) = roll_up.get(transaction, key, token, time)? {
            aggregate.merge(&before);
        }
        roll_up.put(transaction, key, token, time, &aggregate)?;
    }
    Ok(())
}

fn add_series(transaction: &Transaction<'_>, of_key: &[Arrival]) -> rusqlite::Result<()> {
    let mut tokens = BTreeMap::new();
    for Arrival { row, .. } in of_key {
        // Sorted by time, so the last one here is the latest.
        let (count, _, last) = tokens.entry(row.token).or_insert((0, row.timestamp, 0.0));
        *count += 1;
        *last = row.timestamp;
    }
    let mut insert = transaction.prepare_cached(
        "INSERT INTO series VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET \
         count = count + excluded.count, first = min(first, excluded.first), \
         last = max(last, excluded.last)",
    )?;
    for (token, (count, first, last)) in tokens {
        insert.execute((of_key[0].key, token, count, first, last))?;
    }
    Ok(())
}
