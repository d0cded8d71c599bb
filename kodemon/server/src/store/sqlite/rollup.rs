//! Roll-ups: execution times by minute and by hour, for each key and token.

use mmstats_sqlite::Damaged;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::store::aggregate::Aggregate;
use crate::store::histogram::Histogram;

/// A table with a row per time step. Steps are counted from 1970.
#[derive(Clone, Copy, Debug)]
pub struct RollUp {
    /// Seconds.
    pub step: f64,
    table: &'static str,
}

/// By minute.
pub const MINUTES: RollUp = RollUp { step: 60.0, table: "minutes" };
/// By hour.
pub const HOURS: RollUp = RollUp { step: 3600.0, table: "hours" };

impl RollUp {
    /// The step that contains a time.
    pub fn index(self, timestamp: f64) -> i64 {
        (timestamp / self.step).floor() as i64
    }

    /// The start of the step that contains a time.
    pub fn floor(self, timestamp: f64) -> f64 {
        (timestamp / self.step).floor() * self.step
    }

    /// The time itself if a step starts then, else the start of the next one.
    pub fn ceil(self, timestamp: f64) -> f64 {
        (timestamp / self.step).ceil() * self.step
    }

    /// The aggregate of a step.
    pub fn get(
        self,
        connection: &Connection,
        key: i64,
        token: i64,
        time: i64,
    ) -> rusqlite::Result<Option<Aggregate>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT count, sum, min, max, histogram FROM {} \
             WHERE key = ? AND token = ? AND time = ?",
            self.table
        ))?;
        statement.query_row((key, token, time), |row| aggregate(row, 0)).optional()
    }

    /// Inserts or replaces the aggregate of a step.
    pub fn put(
        self,
        connection: &Connection,
        key: i64,
        token: i64,
        time: i64,
        aggregate: &Aggregate,
    ) -> rusqlite::Result<()> {
        let sql = format!("REPLACE INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self.table);
        let Aggregate { count, sum, min, max, histogram } = aggregate;
        let histogram = histogram.encode();
        connection.prepare_cached(&sql)?.execute((
            key,
            token,
            time,
            *count as i64,
            sum,
            min,
            max,
            histogram,
        ))?;
        Ok(())
    }

    /// Calls `then` for each non-empty step in a range.
    pub fn for_each(
        self,
        connection: &Connection,
        (key, token): (i64, i64),
        (from, to): (i64, i64),
        mut then: impl FnMut(i64, Aggregate),
    ) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT time, count, sum, min, max, histogram FROM {} \
             WHERE key = ? AND token = ? AND time >= ? AND time < ?",
            self.table
        ))?;
        let mut rows = statement.query((key, token, from, to))?;
        while let Some(row) = rows.next()? {
            then(row.get(0)?, aggregate(row, 1)?);
        }
        Ok(())
    }

    /// Number of executions in a range of steps.
    pub fn count(
        self,
        connection: &Connection,
        (key, token): (i64, i64),
        (from, to): (i64, i64),
    ) -> rusqlite::Result<u64> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT ifnull(sum(count), 0) FROM {} \
             WHERE key = ? AND token = ? AND time >= ? AND time < ?",
            self.table
        ))?;
        statement.query_row((key, token, from, to), |row| row.get(0))
    }

    /// Deletes up to `limit` of the steps before one. Returns how many.
    pub fn drop_before(
        self,
        connection: &Connection,
        time: i64,
        limit: usize,
    ) -> rusqlite::Result<usize> {
        let mut statement = connection.prepare_cached(&format!(
            "DELETE FROM {0} WHERE (key, token, time) IN (
                SELECT t.key, t.token, t.time FROM series s JOIN {0} t
                ON t.key = s.key AND t.token = s.token AND t.time < ? LIMIT ?)",
            self.table
        ))?;
        statement.execute((time, limit as i64))
    }
}

fn aggregate(row: &Row<'_>, at: usize) -> rusqlite::Result<Aggregate> {
    let histogram = Histogram::decode(row.get_ref(at + 4)?.as_blob()?).ok_or(Damaged)?;
    Ok(Aggregate {
        count: row.get(at)?,
        sum: row.get(at + 1)?,
        min: row.get(at + 2)?,
        max: row.get(at + 3)?,
        histogram,
    })
}
