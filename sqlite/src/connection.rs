//! Connections that trust no file.

use std::path::Path;
use std::time::Duration;

use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::application::Application;

/// How long another process may lock the database before that is an error.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// Opens a file, of which nothing is read yet.
pub fn connect(
    path: &Path,
    access: OpenFlags,
    application: &Application,
) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, application.max_size)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    Ok(connection)
}
