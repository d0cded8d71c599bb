//! Executions into the tables.

use std::mem;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::Execution;
use super::arrivals::{self, Arrival};
use super::block::Row;
use super::fold::fold;
use super::ids::Ids;
use super::rollup::{HOURS, MINUTES};
use crate::store::{Extent, WriteError};

/// So many executions, or bytes of further fields, or for so long, wait for being folded: every
/// question looks through them.
const MOST: usize = 200_000;
const MOST_EXTRA: usize = 16 << 20;
const OLDEST: Duration = Duration::from_mins(1);
/// So many don't wait for longer than that.
const MANY: usize = 10_000;
const OLDEST_OF_MANY: Duration = Duration::from_secs(2);
/// So much is dropped at a time: what comes meanwhile waits.
const BLOCKS_AT_ONCE: usize = 100;
const STEPS_AT_ONCE: usize = 2_000;
/// Names of which nothing is left are looked for no more often than that.
const FORGETTING: Duration = Duration::from_hours(1);
/// Hours are kept so many times as long as executions and minutes.
const HOURS_LONGER: f64 = 12.0;

/// Where nothing is in the table of arrivals.
const FORGET_NAMES: &str = "
    DELETE FROM series AS s
        WHERE NOT EXISTS (SELECT * FROM blocks b WHERE b.key = s.key)
        AND NOT EXISTS (SELECT * FROM minutes m WHERE m.key = s.key AND m.token = s.token)
        AND NOT EXISTS (SELECT * FROM hours h WHERE h.key = s.key AND h.token = s.token);
    DELETE FROM keys WHERE id NOT IN (SELECT key FROM series);
    DELETE FROM tokens WHERE id NOT IN (SELECT token FROM series);
";

/// Who writes, and what it knows of the tables.
pub struct Pen {
    connection: Connection,
    keys: Ids,
    tokens: Ids,
    /// The next execution gets this number.
    next: i64,
    pending: Pending,
    /// When names of which nothing is left were forgotten.
    forgot: Instant,
}

/// What is in the table of arrivals.
#[derive(Default)]
struct Pending {
    arrivals: Vec<Arrival>,
    /// Bytes of further fields.
    extra: usize,
    /// Since when there is something.
    since: Option<Instant>,
}

impl Pending {
    fn push(&mut self, arrival: Arrival) {
        self.extra += arrival.row.extra.as_ref().map_or(0, |extra| extra.len());
        self.since.get_or_insert_with(Instant::now);
        self.arrivals.push(arrival);
    }

    /// Whether it is to be folded.
    fn is_due(&self) -> bool {
        let oldest = if self.arrivals.len() >= MANY { OLDEST_OF_MANY } else { OLDEST };
        self.arrivals.len() >= MOST
            || self.extra >= MOST_EXTRA
            || self.since.is_some_and(|since| since.elapsed() >= oldest)
    }
}

impl Pen {
    /// Goes on with these tables.
    pub fn new(connection: Connection) -> rusqlite::Result<Self> {
        let next = connection.query_row("SELECT number FROM state", (), |row| row.get(0))?;
        let (keys, tokens) = (Ids::of("keys"), Ids::of("tokens"));
        let (pending, forgot) = (Pending::default(), Instant::now());
        Ok(Self { connection, keys, tokens, next, pending, forgot })
    }

    /// Writes all of them, or none.
    pub fn write(&mut self, executions: &[Execution]) -> rusqlite::Result<()> {
        let written = self.try_write(executions);
        if written.is_err() {
            self.keys.forget();
            self.tokens.forget();
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
            fold(&transaction, &mut pending.arrivals, after)?;
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

    /// Folds what waited long enough.
    pub fn tidy(&mut self) -> rusqlite::Result<()> {
        if self.pending.is_due() {
            self.write(&[])?;
        }
        self.forget_names(Instant::now())
    }

    /// Forgets the names of which nothing is left, if it is time.
    fn forget_names(&mut self, now: Instant) -> rusqlite::Result<()> {
        // What is in no block yet wouldn't be found.
        if !self.pending.arrivals.is_empty() || now.duration_since(self.forgot) < FORGETTING {
            return Ok(());
        }
        self.forgot = now;
        self.keys.forget();
        self.tokens.forget();
        self.connection.execute_batch(&format!("BEGIN IMMEDIATE; {FORGET_NAMES} COMMIT;"))
    }

    /// Drops a part of what is older than what is kept; whether there is more of it.
    pub fn tend(&mut self, now: f64, keep: Duration) -> rusqlite::Result<bool> {
        let keep = keep.as_secs_f64();
        let (since, hours_since) = (now - keep, now - keep * HOURS_LONGER);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // It was later where less was kept; but not after now, where a clock was wrong.
        transaction.execute("UPDATE state SET since = min(max(since, ?), ?)", (since, now))?;
        let blocks = drop_blocks(&transaction, since)?;
        let minutes = MINUTES.drop_before(&transaction, MINUTES.of(since), STEPS_AT_ONCE)?;
        let hours = HOURS.drop_before(&transaction, HOURS.of(hours_since), STEPS_AT_ONCE)?;
        transaction.commit()?;
        Ok(blocks >= BLOCKS_AT_ONCE || minutes >= STEPS_AT_ONCE || hours >= STEPS_AT_ONCE)
    }

    /// When the oldest and the newest began of what is in blocks, or was.
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

    /// Moves all that is in the log of writes into the database, and empties the log.
    pub fn close(&mut self) -> Result<(), WriteError> {
        let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
        if self.connection.query_row(truncate, (), |row| row.get(0))? {
            let reason = "another process reads the database: some of it is still in the -wal file";
            return Err(WriteError::new(reason));
        }
        Ok(())
    }
}

/// Folds what a process before left, and forgets the names of which nothing is left.
pub fn take_over(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut left = arrivals::all(&transaction)?;
    let behind = left.iter().map(|arrival| arrival.row.number + 1).max();
    if let Some(next) = behind {
        fold(&transaction, &mut left, next)?;
    }
    transaction.execute_batch(FORGET_NAMES)?;
    transaction.commit()
}

/// Drops some of the blocks that end before a time; how many.
fn drop_blocks(transaction: &Transaction<'_>, since: f64) -> rusqlite::Result<usize> {
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
    fn names_of_which_nothing_is_left_are_forgotten_while_it_runs() {
        let connection = Connection::open_in_memory().unwrap();
        schema::prepare(&connection).unwrap();
        let mut pen = Pen::new(connection).unwrap();
        let call = |key: &str, timestamp| {
            let (key, token) = (key.into(), "t".into());
            [Execution { key, token, timestamp, execution_time: 0.5, extra: None }]
        };
        let keep = Duration::from_hours(1);
        pen.write(&call("old", 1e9)).unwrap();
        pen.write(&call("new", 2e9)).unwrap();
        let names = |pen: &Pen| {
            let mut found = pen.connection.prepare("SELECT name FROM keys ORDER BY id").unwrap();
            let names = found.query_map((), |row| row.get::<_, String>(0)).unwrap();
            names.collect::<Result<Vec<_>, _>>().unwrap()
        };
        pen.pending.since = Instant::now().checked_sub(OLDEST);
        pen.tidy().unwrap();
        pen.tend(2e9, keep).unwrap();
        assert_eq!(names(&pen), ["old", "new"]);
        pen.forget_names(Instant::now() + FORGETTING).unwrap();
        assert_eq!(names(&pen), ["new"]);
        // Its id was remembered, and may be another one's now.
        pen.write(&call("other", 2e9)).unwrap();
        pen.write(&call("old", 2e9)).unwrap();
        assert_eq!(names(&pen).len(), 3);
    }
}
