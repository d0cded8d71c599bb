//! Writing a database at once, which nobody else reads or writes meanwhile.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::application::Application;
use crate::connection;
use crate::error::OpenError;

/// A new database that is a single file, without a write-ahead log. Unless it is
/// [finished](Self::finish), its file is removed.
#[derive(Debug)]
pub struct Created {
    path: PathBuf,
    /// `None` when all is written.
    connection: Option<Connection>,
    is_finished: bool,
}

/// Creates a database with the application's tables, in a file that must not exist.
///
/// All that is written is one transaction: if the process is killed, no database is left, only a file.
///
/// # Errors
///
/// Returns an error if the file exists or can't be created.
pub fn create(path: &Path, application: &Application) -> Result<Created, OpenError> {
    OpenOptions::new().write(true).create_new(true).open(path).map_err(OpenError::Io)?;
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = connection::connect(path, access, application);
    let connection = connection.inspect_err(|_| drop(fs::remove_file(path)))?;
    let connection = Some(connection);
    let created = Created { path: path.to_owned(), connection, is_finished: false };
    let connection = created.connection();
    if application.incremental_vacuum {
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    // Nothing is to be restored: a file that isn't finished is removed.
    connection.pragma_update(None, "journal_mode", "off")?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    let Application { id, version, tables, .. } = application;
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; PRAGMA application_id = {id}; PRAGMA user_version = {version}; {tables}"
    ))?;
    Ok(created)
}

impl Created {
    /// To write into the tables.
    #[expect(clippy::missing_panics_doc, reason = "it is there until the end")]
    pub fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("a connection until it is finished")
    }

    /// Ends the transaction, after which the file stays, also over a power failure.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be written; then the file is removed.
    pub fn finish(mut self) -> Result<(), OpenError> {
        self.connection().execute_batch("COMMIT")?;
        if let Some(connection) = self.connection.take() {
            connection.close().map_err(|(_, error)| error)?;
        }
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(OpenError::Io)?;
        self.is_finished = true;
        Ok(())
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::Readers;

    static APPLICATION: Application = Application {
        name: "tester",
        id: 1,
        version: 1,
        tables: "CREATE TABLE t (x);",
        exact_tables: true,
        max_size: 1_000,
        journal_size_limit: 1 << 20,
        incremental_vacuum: true,
        allows_nfs: true,
    };

    #[test]
    fn a_file_is_whole_or_isnt_there() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("a.db");
        drop(create(&path, &APPLICATION).unwrap());
        assert!(!path.exists());
        let created = create(&path, &APPLICATION).unwrap();
        created.connection().execute("INSERT INTO t VALUES (7)", ()).unwrap();
        created.finish().unwrap();
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        let readers = Readers::open(&path, &APPLICATION, Duration::from_secs(10)).unwrap();
        let found: Result<i64, OpenError> = readers.query(|transaction| {
            Ok(transaction.query_row("SELECT x FROM t", (), |row| row.get(0))?)
        });
        assert_eq!(found.unwrap(), 7);
        let before = fs::read(&path).unwrap();
        let error = create(&path, &APPLICATION).unwrap_err();
        assert!(
            matches!(error, OpenError::Io(error) if error.kind() == std::io::ErrorKind::AlreadyExists)
        );
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}
