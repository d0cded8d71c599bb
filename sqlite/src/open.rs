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
    open_if(path, application, |_| Ok(()))
}

/// The same, if `check` accepts what is in a database that has the tables.
///
/// # Errors
///
/// As [`open`], or what `check` returns. The file is then as it was before.
pub fn open_if<E: From<OpenError>>(
    path: &Path,
    application: &Application,
    check: impl FnOnce(&Connection) -> Result<(), E>,
) -> Result<Opened, E> {
    let path = file::canonical(path).map_err(OpenError::Io)?;
    file::check_writable(&path)?;
    if !application.allows_nfs && file::is_on(&path, NFS_SUPER_MAGIC) {
        return Err(OpenError::OnNfs.into());
    }
    let lock = lock::take(&path, application.name)?;
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = connection::connect(&path, access, application).map_err(OpenError::from)?;
    let is_empty = schema::check_is_empty(&connection, application)?;
    if !is_empty {
        check(&connection)?;
    }
    prepare(&connection, application, is_empty)?;
    Ok(Opened { path, connection, lock })
}

/// Prepares it for being written, and creates the tables if it is empty.
fn prepare(
    connection: &Connection,
    application: &Application,
    is_empty: bool,
) -> Result<(), OpenError> {
    if is_empty && application.incremental_vacuum {
        // Before the journal mode, which writes the first page.
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A power failure may lose the last transactions; a crash of the program loses none.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "journal_size_limit", application.journal_size_limit)?;
    if is_empty {
        let Application { id, version, tables, .. } = application;
        let setting = format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {id}; \
             PRAGMA user_version = {version}; {tables} COMMIT;"
        );
        connection.execute_batch(&setting)?;
    }
    Ok(())
}
