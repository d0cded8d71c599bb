//! Minutes and hours: of each function and sender, how its execution times were spread in them.

use rusqlite::{Connection, OptionalExtension, Row};

use super::Damaged;
use crate::store::histogram::Histogram;
use crate::store::tally::Tally;

/// A table of steps of time, counted from 1970 on.
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
    /// The step that a time is in.
    pub fn of(self, timestamp: f64) -> i64 {
        (timestamp / self.step).floor() as i64
    }

    /// When the step begins that a time is in.
    pub fn begin(self, timestamp: f64) -> f64 {
        (timestamp / self.step).floor() * self.step
    }

    /// The same where a step begins then; otherwise when the next one begins.
    pub fn end(self, timestamp: f64) -> f64 {
        (timestamp / self.step).ceil() * self.step
    }

    /// What is added up of one step.
    pub fn get(
        self,
        connection: &Connection,
        key: i64,
        token: i64,
        time: i64,
    ) -> rusqlite::Result<Option<Tally>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT count, sum, min, max, histogram FROM {} \
             WHERE key = ? AND token = ? AND time = ?",
            self.table
        ))?;
        statement.query_row((key, token, time), |row| tally(row, 0)).optional()
    }

    /// Puts it where it was, or was none.
    pub fn put(
        self,
        connection: &Connection,
        key: i64,
        token: i64,
        time: i64,
        tally: &Tally,
    ) -> rusqlite::Result<()> {
        let sql = format!("REPLACE INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self.table);
        let Tally { count, sum, min, max, histogram } = tally;
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

    /// Each step from one to before another that has something.
    pub fn each(
        self,
        connection: &Connection,
        (key, token): (i64, i64),
        (from, to): (i64, i64),
        mut then: impl FnMut(i64, Tally),
    ) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT time, count, sum, min, max, histogram FROM {} \
             WHERE key = ? AND token = ? AND time >= ? AND time < ?",
            self.table
        ))?;
        let mut rows = statement.query((key, token, from, to))?;
        while let Some(row) = rows.next()? {
            then(row.get(0)?, tally(row, 1)?);
        }
        Ok(())
    }

    /// How many executions there are from one step to before another.
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

    /// Drops some of the steps before one; how many.
    pub fn drop_before(
        self,
        connection: &Connection,
        time: i64,
        most: usize,
    ) -> rusqlite::Result<usize> {
        let mut statement = connection.prepare_cached(&format!(
            "DELETE FROM {0} WHERE (key, token, time) IN (
                SELECT t.key, t.token, t.time FROM series s JOIN {0} t
                ON t.key = s.key AND t.token = s.token AND t.time < ? LIMIT ?)",
            self.table
        ))?;
        statement.execute((time, most as i64))
    }
}

fn tally(row: &Row<'_>, at: usize) -> rusqlite::Result<Tally> {
    let histogram = Histogram::decode(row.get_ref(at + 4)?.as_blob()?).ok_or(Damaged)?;
    Ok(Tally {
        count: row.get(at)?,
        sum: row.get(at + 1)?,
        min: row.get(at + 2)?,
        max: row.get(at + 3)?,
        histogram,
    })
}
