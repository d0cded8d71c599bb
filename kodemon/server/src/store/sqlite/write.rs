//! Writes executions into the tables.

use std::mem;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::arrivals::{self, Arrival};
use super::block::Row;
use super::compact::compact;
use super::ids::Ids;
use super::rollup::{HOURS, MINUTES};
use crate::execution::Execution;
use crate::store::backend::{Extent, WriteError};

/// Arrivals are compacted at this number, size of further fields, or age: every query reads all of
/// them.
const MAX_ARRIVALS: usize = 200_000;
const MAX_EXTRA: usize = 16 << 20;
const MAX_AGE: Duration = Duration::from_mins(1);
/// The age if there are many.
const MANY: usize = 10_000;
const MAX_AGE_OF_MANY: Duration = Duration::from_secs(2);
/// Maximum number of rows deleted in a transaction: what arrives meanwhile waits.
const BLOCKS_AT_ONCE: usize = 100;
const STEPS_AT_ONCE: usize = 2_000;
/// How often unused names are looked for.
const UNUSED_NAMES_INTERVAL: Duration = Duration::from_hours(1);
/// Hours are kept this many times as long as executions and minutes.
const HOURS_FACTOR: f64 = 12.0;

/// To be executed only if the table of arrivals is empty.
const DELETE_UNUSED_NAMES: &str = "
    DELETE FROM series AS s
        WHERE NOT EXISTS (SELECT * FROM blocks b WHERE b.key = s.key)
        AND NOT EXISTS (SELECT * FROM minutes m WHERE m.key = s.key AND m.token = s.token)
        AND NOT EXISTS (SELECT * FROM hours h WHERE h.key = s.key AND h.token = s.token);
    DELETE FROM keys WHERE id NOT IN (SELECT key FROM series);
    DELETE FROM tokens WHERE id NOT IN (SELECT token FROM series);
";

/// The write connection and its state.
pub struct TableWriter {
    connection: Connection,
    keys: Ids,
    tokens: Ids,
    /// The next execution gets this number.
    next: i64,
    pending: Pending,
    /// When unused names were last deleted.
    names_checked: Instant,
}

/// The contents of the table of arrivals.
#[derive(Default)]
struct Pending {
    arrivals: Vec<Arrival>,
    /// Bytes of further fields.
    extra: usize,
    /// When the oldest was written.
    since: Option<Instant>,
}

impl Pending {
    fn push(&mut self, arrival: Arrival) {
        self.extra += arrival.row.extra.as_ref().map_or(0, |extra| extra.len());
        self.since.get_or_insert_with(Instant::now);
        self.arrivals.push(arrival);
    }

    /// Whether it is time to compact.
    fn is_due(&self) -> bool {
        let max_age = if self.arrivals.len() >= MANY { MAX_AGE_OF_MANY } else { MAX_AGE };
        self.arrivals.len() >= MAX_ARRIVALS
            || self.extra >= MAX_EXTRA
            || self.since.is_some_and(|since| since.elapsed() >= max_age)
    }
}

impl TableWriter {
    /// Continues with these tables.
    pub fn new(connection: Connection) -> rusqlite::Result<Self> {
        let next = connection.query_row("SELECT number FROM state", (), |row| row.get(0))?;
        let (keys, tokens) = (Ids::of("keys"), Ids::of("tokens"));
        let (pending, names_checked) = (Pending::default(), Instant::now());
        Ok(Self { connection, keys, tokens, next, pending, names_checked })
    }

    /// Writes all of them or none.
    pub fn write(&mut self, executions: &[Execution]) -> rusqlite::Result<()> {
        let written = self.try_write(executions);
        if written.is_err() {
            self.keys.clear_cache();
            self.tokens.clear_cache();
            let before = mem::take(&mut self.pending).arrivals;
            let stored = before.into_iter().filter(|arrival| arrival.row.number < self.next);
            stored.for_each(|arrival| self.pending.push(arrival));
        }
        written
    }

    fn try_write(&mut self, executions: &[Execution]) -> rusqlite::Result<()> {
        let Self { connection, keys, tokens, next, pending, .. } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before = pending.arrivals.len();
        for (execution, number) in executions.iter().zip(*next..) {
            let Execution { ref key, ref token, timestamp, execution_time, ref extra } = *execution;
            let (key, token) = (keys.get(&transaction, key)?, tokens.get(&transaction, token)?);
            let row = Row { timestamp, number, execution_time, token, extra: extra.clone() };
            pending.push(Arrival { key, row });
        }
        let after = *next + executions.len() as i64;
        let is_due = pending.is_due();
        if is_due {
            compact(&transaction, &mut pending.arrivals, after)?;
        } else if !executions.is_empty() {
            let new = &mut pending.arrivals[before..];
            new.sort_unstable_by(arrivals::order);
            arrivals::append(&transaction, *next, new)?;
        }
        transaction.commit()?;
        *next = after;
        if is_due {
            *pending = Pending::default();
        }
        Ok(())
    }

    /// Compacts if it is time.
    pub fn compact(&mut self) -> rusqlite::Result<()> {
        if self.pending.is_due() {
            self.write(&[])?;
        }
        self.delete_unused_names(Instant::now())
    }

    /// Deletes names without executions, if it is time.
    fn delete_unused_names(&mut self, now: Instant) -> rusqlite::Result<()> {
        // The statement doesn't see arrivals.
        if !self.pending.arrivals.is_empty()
            || now.duration_since(self.names_checked) < UNUSED_NAMES_INTERVAL
        {
            return Ok(());
        }
        self.names_checked = now;
        self.keys.clear_cache();
        self.tokens.clear_cache();
        self.connection.execute_batch(&format!("BEGIN IMMEDIATE; {DELETE_UNUSED_NAMES} COMMIT;"))
    }

    /// Deletes a part of what is older than the retention time. Returns whether there is more.
    pub fn expire(&mut self, now: f64, keep: Duration) -> rusqlite::Result<bool> {
        let keep = keep.as_secs_f64();
        let (since, hours_since) = (now - keep, now - keep * HOURS_FACTOR);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // It may be later if the retention time was shorter, but not after now, by a wrong clock.
        transaction.execute("UPDATE state SET since = min(max(since, ?), ?)", (since, now))?;
        let blocks = delete_blocks(&transaction, since)?;
        let minutes = MINUTES.drop_before(&transaction, MINUTES.index(since), STEPS_AT_ONCE)?;
        let hours = HOURS.drop_before(&transaction, HOURS.index(hours_since), STEPS_AT_ONCE)?;
        transaction.commit()?;
        Ok(blocks >= BLOCKS_AT_ONCE || minutes >= STEPS_AT_ONCE || hours >= STEPS_AT_ONCE)
    }

    /// The time range of what is or was in blocks.
    pub fn extent(&self) -> rusqlite::Result<Option<Extent>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT (SELECT min((SELECT min(first) FROM blocks b WHERE b.key = k.id)) FROM keys k), \
             (SELECT max(last) FROM series)",
        )?;
        statement.query_row((), |row| {
            let (oldest, newest) = (row.get::<_, Option<f64>>(0)?, row.get::<_, Option<f64>>(1)?);
            Ok(newest.map(|newest| Extent { oldest: oldest.unwrap_or(newest), newest }))
        })
    }

    /// Moves everything from the write-ahead log into the database, and empties the log.
    pub fn close(&mut self) -> Result<(), WriteError> {
        let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
        if self.connection.query_row(truncate, (), |row| row.get(0))? {
            let reason =
                "another process reads the database: a part of it is still in the -wal file";
            return Err(WriteError::new(reason));
        }
        Ok(())
    }
}

/// Compacts what a previous process left, and deletes names without executions.
pub fn recover(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut left = arrivals::all(&transaction)?;
    let next = left.iter().map(|arrival| arrival.row.number + 1).max();
    if let Some(next) = next {
        compact(&transaction, &mut left, next)?;
    }
    transaction.execute_batch(DELETE_UNUSED_NAMES)?;
    transaction.commit()
}

/// Deletes some of the blocks that end before a time. Returns how many.
fn delete_blocks(transaction: &Transaction<'_>, since: f64) -> rusqlite::Result<usize> {
    let mut statement = transaction.prepare_cached(
        "DELETE FROM blocks WHERE number IN (
            SELECT b.number FROM keys k JOIN blocks b
            ON b.key = k.id AND b.first < ?1 AND b.first + b.seconds < ?1 LIMIT ?2)",
    )?;
    statement.execute((since, BLOCKS_AT_ONCE as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[test]
    fn unused_names_are_deleted_while_the_server_runs() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(schema::KODEMON.tables).unwrap();
        let mut writer = TableWriter::new(connection).unwrap();
        let call = |key: &str, timestamp| {
            let (key, token) = (key.into(), "t".into());
            [Execution { key, token, timestamp, execution_time: 0.5, extra: None }]
        };
        let keep = Duration::from_hours(1);
        writer.write(&call("old", 1e9)).unwrap();
        writer.write(&call("new", 2e9)).unwrap();
        let names = |writer: &TableWriter| {
            let mut found = writer.connection.prepare("SELECT name FROM keys ORDER BY id").unwrap();
            let names = found.query_map((), |row| row.get::<_, String>(0)).unwrap();
            names.collect::<Result<Vec<_>, _>>().unwrap()
        };
        writer.pending.since = Instant::now().checked_sub(MAX_AGE);
        writer.compact().unwrap();
        writer.expire(2e9, keep).unwrap();
        assert_eq!(names(&writer), ["old", "new"]);
        writer.delete_unused_names(Instant::now() + UNUSED_NAMES_INTERVAL).unwrap();
        assert_eq!(names(&writer), ["new"]);
        // Its cached id may belong to another name now.
        writer.write(&call("other", 2e9)).unwrap();
        writer.write(&call("old", 2e9)).unwrap();
        assert_eq!(names(&writer).len(), 3);
    }
}
