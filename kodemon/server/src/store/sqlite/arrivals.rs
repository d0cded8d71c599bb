//! Recent executions of all keys, as they are stored until they are compacted.
//!
//! ```text
//! for each key: its id, the length of its rows   varints
//!               its rows                         as in a block, from the row's number on
//! ```

use std::cmp::Ordering;
use std::sync::Arc;

use mmstats_sqlite::{Damaged, varint};
use rusqlite::{Connection, Transaction};

use super::block::{self, Row, Rows};

/// An execution that isn't in a block yet.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The key's id.
    pub key: i64,
    pub row: Row<Arc<str>>,
}

/// Orders by key, then by time, then by arrival.
pub fn order(one: &Arrival, other: &Arrival) -> Ordering {
    let key = one.key.cmp(&other.key);
    let time = one.row.timestamp.total_cmp(&other.row.timestamp);
    key.then(time).then(one.row.number.cmp(&other.row.number))
}

/// Writes arrivals, sorted by [`order`]; `number` is the smallest of theirs.
pub fn append(
    transaction: &Transaction<'_>,
    number: i64,
    arrivals: &[Arrival],
) -> rusqlite::Result<()> {
    let mut data = Vec::with_capacity(20 * arrivals.len());
    let mut rows = Vec::new();
    for of_key in arrivals.chunk_by(|one, other| one.key == other.key) {
        rows.clear();
        block::encode(of_key.iter().map(|it| &it.row), (0.0, number), usize::MAX >> 1, &mut rows);
        varint::put(&mut data, of_key[0].key as u64);
        varint::put(&mut data, rows.len() as u64);
        data.extend(&rows);
    }
    transaction.prepare_cached("INSERT INTO arrivals VALUES (?, ?)")?.execute((number, data))?;
    Ok(())
}

/// Calls `then` with the rows of each key in each transaction, in the order of the transactions.
pub fn for_each(
    connection: &Connection,
    mut then: impl FnMut(i64, Rows<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT number, data FROM arrivals ORDER BY number")?;
    let mut found = statement.query(())?;
    while let Some(row) = found.next()? {
        let number = row.get(0)?;
        let mut data = row.get_ref(1)?.as_blob()?;
        while !data.is_empty() {
            let head = varint::take(&mut data).zip(varint::take(&mut data));
            let (key, length) = head.ok_or(Damaged)?;
            let (rows, rest) = data.split_at_checked(length as usize).ok_or(Damaged)?;
            data = rest;
            then(key as i64, Rows::of(rows, (0.0, number)))?;
        }
    }
    Ok(())
}

/// All of them: left by a previous process.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Arrival>> {
    let mut arrivals = Vec::new();
    for_each(connection, |key, rows| {
        for row in rows {
            let Row { timestamp, number, execution_time, token, extra } = row?;
            let extra = extra.map(Arc::from);
            let row = Row { timestamp, number, execution_time, token, extra };
            arrivals.push(Arrival { key, row });
        }
        Ok(())
    })?;
    Ok(arrivals)
}
