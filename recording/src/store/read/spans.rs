//! Which spans there are, and when their polls were.

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension};

use crate::store::error::RecordingError;
use crate::store::key::POLLS;
use crate::store::times::{self, Times};

/// When the polls of a span were, at least one.
pub fn times(connection: &Connection, span: i64) -> Result<Vec<Times>, RecordingError> {
    let sql = "SELECT times FROM spans WHERE id = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let found: Option<Vec<u8>> = statement.query_row((span,), |row| row.get(0)).optional()?;
    let damaged = |what| RecordingError::damaged("spans", span, what);
    let times = times::decode(&found.ok_or_else(|| damaged("it is missing"))?);
    let times = times.ok_or_else(|| damaged("its times"))?;
    if times.is_empty() || times.len() > POLLS {
        return Err(damaged("the number of its polls"));
    }
    Ok(times)
}

/// The wall times of the first and the last poll, of those whose spans aren't damaged.
pub fn bounds(connection: &Connection) -> Result<Option<(SystemTime, SystemTime)>, RecordingError> {
    let first = first_readable(connection, "SELECT id FROM spans ORDER BY id")?;
    let last = first_readable(connection, "SELECT id FROM spans ORDER BY id DESC")?;
    let (first, last) = (first.and_then(|times| times.first().copied()), last);
    let last = last.and_then(|times| times.last().copied());
    Ok(first.zip(last).map(|(first, last)| (first.wall, last.wall)))
}

/// The times of the first span in this order that isn't damaged.
fn first_readable(
    connection: &Connection,
    spans: &str,
) -> Result<Option<Vec<Times>>, RecordingError> {
    let mut statement = connection.prepare(spans)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        match times(connection, row.get(0)?) {
            Ok(times) => return Ok(Some(times)),
            Err(RecordingError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
