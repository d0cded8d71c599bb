//! Where the last poll at or before a time is.

use std::ops::{Bound, RangeBounds};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension};

use crate::store::about;
use crate::store::error::RecordingError;
use crate::store::spans::{self, Order};
use crate::store::times::{Times, microseconds};

/// A time without polls: from when, and to when if there are polls after it.
pub type Gap = (SystemTime, Option<SystemTime>);

/// A poll.
#[derive(Debug)]
pub struct Located {
    pub span: i64,
    pub poll: usize,
    pub times: Times,
    /// The asked time lies where nothing was recorded.
    pub gap: Option<Gap>,
}

/// The later of two moments counts, where the clock was set back.
const COVERING: &str = "SELECT id FROM spans span WHERE first <= ?1 AND (last >= ?1 OR EXISTS \
     (SELECT 1 FROM spans next WHERE next.id = span.id + 1 AND next.stretch = span.stretch \
      AND next.first > ?1)) ORDER BY id DESC LIMIT 1";
const BEFORE: &str = "SELECT id FROM spans WHERE last <= ?1 ORDER BY last DESC, id DESC LIMIT 1";

/// The wall times of the first and the last poll, of those whose spans aren't damaged.
pub fn bounds(connection: &Connection) -> Result<Option<(SystemTime, SystemTime)>, RecordingError> {
    let first = spans::first_readable(connection, Order::Ascending)?;
    let last = spans::first_readable(connection, Order::Descending)?;
    let first = first.and_then(|(_, head)| head.times.first().copied());
    let last = last.and_then(|(_, head)| head.times.last().copied());
    Ok(first.zip(last).map(|(first, last)| (first.wall, last.wall)))
}

/// The last poll at or before a time; `None` if all are later.
pub fn locate(
    connection: &Connection,
    wall: SystemTime,
) -> Result<Option<Located>, RecordingError> {
    let at = rounded(wall);
    let find = |sql| connection.query_row(sql, (at,), |row| row.get(0)).optional();
    if let Some(span) = find(COVERING)?
        && let Some(found) = within(connection, span, wall)?
    {
        return Ok(Some(found));
    }
    // Microseconds are rounded: the first poll of the span may be later.
    let Some(span) = find(BEFORE)? else { return Ok(None) };
    let Some(mut found) = within(connection, span, wall)? else { return Ok(None) };
    found.gap = gap(connection, found.times.wall, wall)?;
    Ok(Some(found))
}

/// The last poll of a span at or before a time.
fn within(
    connection: &Connection,
    span: i64,
    wall: SystemTime,
) -> Result<Option<Located>, RecordingError> {
    let times = spans::head(connection, span)?.times;
    let poll = times.iter().rposition(|times| times.wall <= wall);
    Ok(poll.map(|poll| Located { span, poll, times: times[poll], gap: None }))
}

/// What lies behind the last poll before a time, unless the next poll isn't due yet.
fn gap(
    connection: &Connection,
    from: SystemTime,
    wall: SystemTime,
) -> Result<Option<Gap>, RecordingError> {
    let after = "SELECT id FROM spans WHERE first > ? ORDER BY first, id LIMIT 1";
    let next: Option<i64> =
        connection.query_row(after, (rounded(wall),), |row| row.get(0)).optional()?;
    if let Some(next) = next {
        let times = spans::head(connection, next)?.times;
        let first = times.iter().map(|times| times.wall).find(|first| *first > wall);
        return Ok(Some((from, first)));
    }
    let due = about::interval(connection)?.unwrap_or_default().saturating_mul(5) / 2;
    let passed = wall.duration_since(from).unwrap_or(Duration::ZERO);
    Ok((passed > due).then_some((from, None)))
}

/// The first and the last time of a range, as the table has them.
pub fn ends(range: &impl RangeBounds<SystemTime>) -> (i64, i64) {
    let end = |bound: Bound<&SystemTime>| match bound {
        Bound::Included(wall) | Bound::Excluded(wall) => Some(rounded(*wall)),
        Bound::Unbounded => None,
    };
    let (from, to) = (end(range.start_bound()), end(range.end_bound()));
    (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX))
}

/// A time as the table has it, also one beyond all that can be recorded.
fn rounded(wall: SystemTime) -> i64 {
    let beyond = if wall < UNIX_EPOCH { i64::MIN } else { i64::MAX };
    microseconds(wall).unwrap_or(beyond)
}
