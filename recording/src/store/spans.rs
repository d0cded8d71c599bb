//! The rows of spans and stretches, checked.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::store::checksum;
use crate::store::clock::Reason;
use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::key::POLLS;
use crate::store::read::scan::in_table;
use crate::store::times::{self, Times, microseconds};

/// The columns of `spans`, as [`checked`] takes them.
pub const COLUMNS: &str =
    "id, stretch, complete, first, last, boot_time, own_time, times, checksum, form";

/// A row of the table `spans`.
#[derive(Debug)]
pub struct SpanHead {
    pub stretch: i64,
    /// Whether its first poll says everything.
    pub is_complete: bool,
    pub form: Form,
    /// At its first poll: the time since the boot, and the recording's own time.
    pub boot_time: Duration,
    pub own_time: Duration,
    /// When each poll was; there is at least one.
    pub times: Vec<Times>,
}

/// A span's row, checked.
pub fn head(connection: &Connection, span: i64) -> Result<SpanHead, RecordingError> {
    let sql = format!("SELECT {COLUMNS} FROM spans WHERE id = ?");
    let damaged = |what| RecordingError::damaged("spans", span, what);
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row((span,), checked).optional();
    let found = found.map_err(|error| in_table(error.into(), "spans", span))?;
    found.ok_or_else(|| damaged("it is missing"))?.map_err(damaged)
}

/// A row with [`COLUMNS`], or what is wrong with it. The outer error is SQLite's.
pub fn checked(row: &Row<'_>) -> rusqlite::Result<Result<SpanHead, &'static str>> {
    if !checksum::is_right(row, 0..8)? {
        return Ok(Err("its checksum"));
    }
    let Some(times) = times::decode(row.get_ref(7)?.as_blob().unwrap_or_default()) else {
        return Ok(Err("its times"));
    };
    if times.is_empty() || times.len() > POLLS {
        return Ok(Err("the number of its polls"));
    }
    let walls = || times.iter().filter_map(|times| microseconds(times.wall));
    if (walls().min(), walls().max()) != (row.get(3)?, row.get(4)?) {
        return Ok(Err("its first and its last time"));
    }
    let Some(form) = Form::from_number(row.get(9)?) else {
        return Ok(Err("its form"));
    };
    Ok(Ok(SpanHead {
        stretch: row.get(1)?,
        is_complete: row.get(2)?,
        form,
        boot_time: nanoseconds(row.get(5)?),
        own_time: nanoseconds(row.get(6)?),
        times,
    }))
}

fn nanoseconds(number: i64) -> Duration {
    Duration::from_nanos(number.max(0).cast_unsigned())
}

/// A row of the table `stretches`.
#[derive(Debug)]
pub struct StretchRow {
    pub boot_id: [u8; 16],
    pub reason: Reason,
}

/// A stretch's row, checked.
pub fn stretch(connection: &Connection, id: i64) -> Result<StretchRow, RecordingError> {
    let sql = "SELECT id, boot_id, reason, checksum FROM stretches WHERE id = ?";
    let damaged = |what| RecordingError::damaged("stretches", id, what);
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row((id,), |row| {
        let fields = (row.get::<_, Vec<u8>>(1)?, row.get::<_, String>(2)?);
        Ok((checksum::is_right(row, 0..3)?, fields))
    });
    let found = found.optional().map_err(|error| in_table(error.into(), "stretches", id))?;
    let (is_right, (boot_id, reason)) = found.ok_or_else(|| damaged("it is missing"))?;
    if !is_right {
        return Err(damaged("its checksum"));
    }
    let boot_id = boot_id.try_into().map_err(|_| damaged("its boot"))?;
    let reason = Reason::from_name(&reason).ok_or_else(|| damaged("its reason"))?;
    Ok(StretchRow { boot_id, reason })
}

/// The last span up to this one that says everything, so that reading can begin there.
pub fn last_complete(connection: &Connection, span: i64) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT max(id) FROM spans WHERE complete = 1 AND id <= ?";
    connection.query_row(sql, (span,), |row| row.get(0))
}

/// The first span in this order that isn't damaged, with its row.
pub fn first_readable(
    connection: &Connection,
    order: Order,
) -> Result<Option<(i64, SpanHead)>, RecordingError> {
    let sql = match order {
        Order::Ascending => "SELECT id FROM spans ORDER BY id",
        Order::Descending => "SELECT id FROM spans ORDER BY id DESC",
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let span = row.get(0)?;
        match head(connection, span) {
            Ok(head) => return Ok(Some((span, head))),
            Err(RecordingError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// In which order spans are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    Ascending,
    Descending,
}
