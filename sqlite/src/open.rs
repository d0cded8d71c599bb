//! Opening a database in order to write it.

use std::path::{Path, PathBuf};

use nix::sys::statfs::NFS_SUPER_MAGIC;
use rusqlite::{Connection, OpenFlags};

use crate::application::Application;
use crate::error::OpenError;
use crate::lock::Lock;
use crate::{connection, file, lock, schema};

/// A database that no other process of the application writes.
#[derive(Debug)]
pub struct Opened {
    /// Its canonical path.
    pub path: PathBuf,
    /// For reading and writing.
    pub connection: Connection,
    /// To be dropped after all connections.
    pub lock: Lock,
}

/// Opens a file, or creates it with the application's tables.
///
/// Beside it, an empty file with the suffix `.lock` is created, and stays. The directory must exist.
/// At each time, a process may open a file only once: closing a descriptor, as the checks do, ends all
/// locks of SQLite that the process has on the same file.
///
/// # Errors
///
/// Returns an error if the file can't be created or written, another process has it open, or it isn't
/// a database of this application and version. The file is then as it was before.
pub fn open(path: &Path, application: &Application) -> Result<Opened, OpenError> {
    let path = file::canonical(path).map_err(OpenError::Io)?;
    file::check_writable(&path)?;
    if !application.allows_nfs && file::is_on(&path, NFS_SUPER_MAGIC) {
        return Err(OpenError::OnNfs);
    }
    let lock = lock::take(&path, application.name)?;
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = connection::connect(&path, access, application)?;
    prepare(&connection, application)?;
    Ok(Opened { path, connection, lock })
}

/// Checks the tables, or creates them in an empty database.
fn prepare(connection: &Connection, application: &Application) -> Result<(), OpenError> {
    let empty = schema::check_is_empty(connection, application)?;
    if empty && application.incremental_vacuum {
        // Before the journal mode, which writes the first page.
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A power failure may lose the last transactions; a crash of the program loses none.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "journal_size_limit", application.journal_size_limit)?;
    if empty {
        let Application { id, version, tables, .. } = application;
        let setting = format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {id}; \
             PRAGMA user_version = {version}; {tables} COMMIT;"
        );
        connection.execute_batch(&setting)?;
    }
    Ok(())
}
