//! Reading all rows of a table that can be read.

use std::ops::Range;
use std::time::{Duration, Instant};

use mmstats_sqlite::{Damaged, Readers};
use rusqlite::{Connection, ErrorCode, Row};

use crate::store::error::RecordingError;

/// How long a transaction may last: others are writing.
const SLICE: Duration = Duration::from_millis(300);
/// In how many places of a table there may be damage until the rest isn't read.
const MOST_DAMAGES: usize = 1_000;

/// A table, its key, and the columns that are read, of which the key is the first.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    pub table: &'static str,
    pub key: &'static str,
    pub columns: &'static str,
}

/// Rows that are read in ascending order, and what is damaged, which is left out.
#[derive(Debug)]
pub struct Scan {
    source: Source,
    /// What is left to be read.
    left: Range<i64>,
    damages: Vec<RecordingError>,
}

/// Calls `then` with each row whose key is in the range, in several transactions, and returns what is
/// damaged: what `then` says of a row, or what SQLite can't read.
///
/// # Errors
///
/// If SQLite can't read for other reasons than damage, or `then` returns another error than damage.
pub fn scan(
    readers: &Readers,
    source: Source,
    range: Range<i64>,
    mut then: impl FnMut(&Connection, &Row<'_>) -> Result<(), RecordingError>,
) -> Result<Vec<RecordingError>, RecordingError> {
    let mut scan = Scan::new(source, range);
    while !scan.left.is_empty() {
        readers.query(|transaction| {
            scan.read(transaction, SLICE, &mut |row| then(transaction, row))
        })?;
    }
    Ok(scan.damages)
}

/// The same within a transaction.
pub fn scan_within(
    connection: &Connection,
    source: Source,
    range: Range<i64>,
    mut then: impl FnMut(&Row<'_>) -> Result<(), RecordingError>,
) -> Result<Vec<RecordingError>, RecordingError> {
    let mut scan = Scan::new(source, range);
    scan.read(connection, Duration::MAX, &mut then)?;
    Ok(scan.damages)
}

type Then<'a> = dyn FnMut(&Row<'_>) -> Result<(), RecordingError> + 'a;

impl Scan {
    fn new(source: Source, left: Range<i64>) -> Self {
        Self { source, left, damages: Vec::new() }
    }

    /// Reads for a while.
    fn read(
        &mut self,
        connection: &Connection,
        time: Duration,
        then: &mut Then<'_>,
    ) -> Result<(), RecordingError> {
        let begun = Instant::now();
        while !self.left.is_empty() && begun.elapsed() < time {
            match self.rows(connection, time.saturating_sub(begun.elapsed()), then) {
                Ok(()) => {}
                Err(RecordingError::Sqlite(error)) if is_damage(&error) => {
                    let what = format!("rows from here on can't be read: {error}");
                    self.damage(RecordingError::damaged(self.source.table, self.left.start, what));
                    self.left.start = self.readable_again(connection)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads rows up to one that SQLite can't read.
    fn rows(
        &mut self,
        connection: &Connection,
        time: Duration,
        then: &mut Then<'_>,
    ) -> Result<(), RecordingError> {
        let begun = Instant::now();
        let mut statement = connection.prepare_cached(&self.sql(""))?;
        let mut rows = statement.query((self.left.start, self.left.end))?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            if key < self.left.start {
                // A damaged tree may have circles.
                return Err(rusqlite::Error::from(Damaged).into());
            }
            self.left.start = key.saturating_add(1);
            match then(row) {
                Err(error @ RecordingError::Damaged(_)) => self.damage(error),
                found => found?,
            }
            if self.left.is_empty() || begun.elapsed() > time {
                return Ok(());
            }
        }
        self.left.start = self.left.end;
        Ok(())
    }

    fn sql(&self, limit: &str) -> String {
        let Source { table, key, columns } = self.source;
        format!(
            "SELECT {columns} FROM {table} WHERE {key} >= ? AND {key} < ? ORDER BY {key}{limit}"
        )
    }

    /// Notes damage. If there is too much, nothing is left to be read.
    fn damage(&mut self, error: RecordingError) {
        self.damages.push(error);
        if self.damages.len() >= MOST_DAMAGES {
            self.left.start = self.left.end;
        }
    }

    /// The first key from which on rows can be read again.
    fn readable_again(&self, connection: &Connection) -> Result<i64, RecordingError> {
        let Range { start, end } = self.left;
        let (mut damaged, mut step) = (start, 1_i64);
        let mut readable = loop {
            let key = damaged.saturating_add(step).min(end);
            if key == end || self.is_readable(connection, key)? {
                break key;
            }
            (damaged, step) = (key, step.saturating_mul(2));
        };
        while readable.saturating_sub(damaged) > 1 {
            let middle = i64::midpoint(damaged, readable);
            if self.is_readable(connection, middle)? {
                readable = middle;
            } else {
                damaged = middle;
            }
        }
        Ok(readable)
    }

    /// Whether SQLite can read the first row from a key on.
    fn is_readable(&self, connection: &Connection, key: i64) -> Result<bool, RecordingError> {
        let mut statement = connection.prepare_cached(&self.sql(" LIMIT 1"))?;
        let mut rows = statement.query((key, self.left.end))?;
        match rows.next() {
            Ok(_) => Ok(true),
            Err(error) if is_damage(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// An error of a table from this key on: if SQLite can't read its pages, that costs no more than rows
/// that are damaged.
pub fn in_table(error: RecordingError, table: &'static str, key: i64) -> RecordingError {
    match error {
        RecordingError::Sqlite(error) if is_damage(&error) => {
            RecordingError::damaged(table, key, format!("it can't be read: {error}"))
        }
        other => other,
    }
}

/// Whether SQLite says that the file is damaged, or a value isn't what a table has.
fn is_damage(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TooBig))
        || matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
        )
}
