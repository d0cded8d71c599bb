//! What a recording says about itself.

use rusqlite::{Connection, OptionalExtension};

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

/// Rejects a recording of the other byte order.
pub fn check(connection: &Connection) -> Result<(), RecordingError> {
    let sql = "SELECT value FROM about WHERE key = ?";
    let order: Option<String> =
        connection.query_row(sql, (BYTE_ORDER,), |row| row.get(0)).optional()?;
    match order.as_deref() {
        None | Some(NATIVE) => Ok(()),
        Some(_) => Err(RecordingError::OtherByteOrder),
    }
}
