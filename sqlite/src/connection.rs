//! Connections that trust no file.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
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

/// The URI of a file that nobody writes and beside which nothing is read or written. The path is
/// absolute.
pub fn immutable(path: &Path) -> PathBuf {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                uri.push((*byte).into());
            }
            other => drop(write!(uri, "%{other:02x}")),
        }
    }
    (uri + "?immutable=1").into()
}
