//! What a recording says about itself.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use crate::store::checksum;
use crate::store::error::RecordingError;

/// The release that wrote it last.
pub const VERSION: &str = "version";
/// The host's name.
pub const HOST: &str = "host";
/// The time between polls as it is meant to be, in nanoseconds.
pub const INTERVAL: &str = "interval";
/// The byte order of structures.
pub const BYTE_ORDER: &str = "byte_order";

/// This machine's byte order.
pub const NATIVE: &str = if cfg!(target_endian = "big") { "big" } else { "little" };

/// A value; `None` if there is none.
pub fn value(connection: &Connection, key: &str) -> Result<Option<String>, RecordingError> {
    let sql = "SELECT key, value, checksum, id FROM about WHERE key = ?";
    let found = connection.query_row(sql, (key,), |row| {
        let value: String = row.get(1)?;
        Ok((checksum::is_right(row, 0..2)?, value, row.get(3)?))
    });
    match found.optional()? {
        Some((false, _, id)) => Err(RecordingError::damaged("about", id, "its checksum")),
        found => Ok(found.map(|(_, value, _)| value)),
    }
}

/// A value that is of use but not needed; `None` also if it is damaged, of which only
/// [`Recording::info`](crate::Recording::info) tells.
fn undamaged(connection: &Connection, key: &str) -> Result<Option<String>, RecordingError> {
    match value(connection, key) {
        Err(RecordingError::Damaged(_)) => Ok(None),
        found => found,
    }
}

/// The time between polls as it is meant to be; `None` if it isn't known.
pub fn interval(connection: &Connection) -> Result<Option<Duration>, RecordingError> {
    Ok(undamaged(connection, INTERVAL)?.as_deref().and_then(parse_interval))
}

/// An interval as it is written.
pub fn parse_interval(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_nanos)
}

/// Rejects a recording of the other byte order.
pub fn check(connection: &Connection) -> Result<(), RecordingError> {
    match undamaged(connection, BYTE_ORDER)?.as_deref() {
        None | Some(NATIVE) => Ok(()),
        Some(_) => Err(RecordingError::OtherByteOrder),
    }
}
