//! The last poll before a gap.

use std::time::Duration;

use rusqlite::OptionalExtension;

use crate::store::clock::{Boot, Moment};
use crate::store::error::RecordingError;
use crate::store::times;
use crate::store::write::rows::Rows;

type Row = (i64, i64, i64, Vec<u8>, Vec<u8>);

/// The clocks at the last poll in the store; `None` if there is none.
pub fn last_moment(rows: Rows<'_>) -> Result<Option<Moment>, RecordingError> {
    let sql = "SELECT spans.id, boot_time, own_time, times, boot_id \
               FROM spans JOIN stretches ON stretches.id = stretch ORDER BY spans.id DESC LIMIT 1";
    let found: Option<Row> = rows.0.query_row(sql, (), |row| row.try_into()).optional()?;
    let Some((id, boot_time, own_time, polls, boot_id)) = found else { return Ok(None) };
    let damaged = || RecordingError::damaged("spans", id, "its times");
    let polls = times::decode(&polls).ok_or_else(damaged)?;
    let (first, last) = polls.first().zip(polls.last()).ok_or_else(damaged)?;
    let since = last.monotonic.saturating_sub(first.monotonic);
    let at_first = |time: i64| Duration::from_nanos(time.max(0).cast_unsigned());
    let id = boot_id.try_into().map_err(|_| damaged())?;
    let boot = Boot { id, time: at_first(boot_time).saturating_add(since) };
    Ok(Some(Moment { times: *last, boot, own: at_first(own_time).saturating_add(since) }))
}
