//! Read connections, and the time limit of a query.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::statfs::NFS_SUPER_MAGIC;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Transaction, ffi};

use crate::application::Application;
use crate::detached::Detached;
use crate::error::OpenError;
use crate::{connection, file, schema};

/// Maximum number of idle connections.
const MAX_IDLE: usize = 4;
/// Number of steps of SQLite's virtual machine between two checks of the deadline.
const CHECK_STEPS: i32 = 10_000;

/// A pool of read connections.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    /// How it is read instead, if SQLite can't open it there.
    detached: Option<Detached>,
    /// It is cut short or damaged, and read as far as it can be.
    is_damaged: bool,
    application: &'static Application,
    timeout: Duration,
    idle: Mutex<Vec<Connection>>,
    /// Running queries are cancelled.
    closed: Arc<AtomicBool>,
}

impl Readers {
    /// A pool for a database that this process has [opened](crate::open), with a time limit for each
    /// query.
    pub fn new(path: PathBuf, application: &'static Application, timeout: Duration) -> Self {
        let (idle, closed) = (Mutex::default(), Arc::default());
        Self { path, detached: None, is_damaged: false, application, timeout, idle, closed }
    }

    /// A pool for anybody's file. It isn't locked: another process may write it.
    ///
    /// Not for a file that this process has opened for writing: closing a descriptor, as the check
    /// does, would end the locks of SQLite that the process has on it.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, or isn't a database of this application and
    /// version. Returns an error if nothing can be written beside it, a part of it is in a log, and
    /// there is no room for a copy.
    pub fn open(
        path: &Path,
        application: &'static Application,
        timeout: Duration,
    ) -> Result<Self, OpenError> {
        let can_lock = application.allows_nfs || !file::is_on(path, NFS_SUPER_MAGIC);
        Self::open_there(path, application, timeout, can_lock)
    }

    /// Opens a file on a file system where processes can share memory, or can't.
    fn open_there(
        path: &Path,
        application: &'static Application,
        timeout: Duration,
        can_lock: bool,
    ) -> Result<Self, OpenError> {
        file::check_readable(path)?;
        let mut readers = Self::new(path.to_owned(), application, timeout);
        let opened = if can_lock { readers.open_first() } else { Err(OpenError::OnNfs) };
        match opened {
            Err(error) if is_detachable(&error) => {
                readers.detached = Some(Detached::new(path)?);
                let opened = readers.open_first();
                readers.or_damaged(opened)?;
            }
            opened => readers.or_damaged(opened)?,
        }
        Ok(readers)
    }

    /// The directory with the copy that is read, as nothing can be written beside the file and a part
    /// of it is in a log. It is removed when this is dropped.
    pub fn copy(&self) -> Option<&Path> {
        self.detached.as_ref()?.copy()
    }

    /// If the file is damaged, tries to read what can be, unless the tables may be any.
    fn or_damaged(&mut self, opened: Result<(), OpenError>) -> Result<(), OpenError> {
        match opened {
            Err(OpenError::Sqlite(error))
                if self.application.exact_tables
                    && error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) =>
            {
                self.is_damaged = true;
                // What is wrong with it is the first error, if it can't be read now either.
                self.open_first().map_err(|_| OpenError::Sqlite(error))
            }
            opened => opened,
        }
    }

    /// Opens a connection and checks what is in the file.
    fn open_first(&self) -> Result<(), OpenError> {
        let checked = self.connection(&self.deadline())?;
        self.idle().push(checked);
        Ok(())
    }

    /// Runs a query in a transaction, so that it sees one consistent state.
    ///
    /// # Errors
    ///
    /// Returns an error if the query does, if it is cancelled (the code is
    /// [`OperationInterrupted`](ffi::ErrorCode::OperationInterrupted)), or if a further connection
    /// can't be opened. Returns an error if nothing is locked and the file was changed.
    pub fn query<T, E: From<Error> + From<OpenError>>(
        &self,
        query: impl FnOnce(&ReadTransaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let deadline = self.deadline();
        let mut connection = self.connection(&deadline)?;
        let transaction = connection.transaction()?;
        let result = query(&ReadTransaction { transaction, deadline });
        self.check_unchanged()?;
        let mut idle = self.idle();
        if idle.len() < MAX_IDLE && !self.closed.load(Ordering::Relaxed) {
            idle.push(connection);
        }
        result
    }

    /// Cancels running queries and closes the connections.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.idle().clear();
    }

    fn deadline(&self) -> Deadline {
        Deadline { end: Instant::now() + self.timeout, closed: self.closed.clone() }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle connection or a new one, whose statements are cancelled at this deadline.
    fn connection(&self, deadline: &Deadline) -> Result<Connection, OpenError> {
        self.check_unchanged()?;
        let idle = self.idle().pop();
        let is_new = idle.is_none();
        let mut connection = idle.map_or_else(|| self.connect(), Ok)?;
        let deadline = deadline.clone();
        connection.progress_handler(CHECK_STEPS, Some(move || deadline.is_over()))?;
        // The file may have been replaced since the last one.
        if is_new && schema::check_is_empty(&connection, self.application)? {
            return Err(OpenError::Empty);
        }
        Ok(connection)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let (path, access) = match &self.detached {
            None => (self.path.clone(), OpenFlags::SQLITE_OPEN_READ_ONLY),
            Some(Detached::Whole { path, .. }) => {
                let access = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                (connection::immutable(path), access)
            }
            // A journal is rolled back into the copy.
            Some(copy) => (copy.path(), OpenFlags::SQLITE_OPEN_READ_WRITE),
        };
        let connection = connection::connect(&path, access, self.application)?;
        connection.pragma_update(None, "query_only", true)?;
        if self.is_damaged {
            // Else SQLite rejects a file that is shorter than its header says.
            connection.pragma_update(None, "writable_schema", true)?;
        }
        Ok(connection)
    }

    fn check_unchanged(&self) -> Result<(), OpenError> {
        self.detached.as_ref().map_or(Ok(()), Detached::check_unchanged)
    }
}

/// Whether SQLite may only lack a place to write.
fn is_detachable(error: &OpenError) -> bool {
    match error {
        OpenError::OnNfs => true,
        OpenError::Sqlite(error) => {
            let code = error.sqlite_error_code();
            matches!(code, Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
        }
        _ => false,
    }
}

/// When a query is cancelled.
#[derive(Clone, Debug)]
struct Deadline {
    end: Instant,
    closed: Arc<AtomicBool>,
}

impl Deadline {
    fn is_over(&self) -> bool {
        self.closed.load(Ordering::Relaxed) || Instant::now() >= self.end
    }
}

/// The transaction of a query.
#[derive(Debug)]
pub struct ReadTransaction<'a> {
    transaction: Transaction<'a>,
    deadline: Deadline,
}

impl ReadTransaction<'_> {
    /// Checks the deadline; to be called in loops outside of SQLite.
    ///
    /// # Errors
    ///
    /// Returns an error if the deadline has passed or the pool is closed.
    pub fn check_deadline(&self) -> rusqlite::Result<()> {
        if !self.deadline.is_over() {
            return Ok(());
        }
        Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_INTERRUPT), None))
    }
}

impl Deref for ReadTransaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::open;

    const TIMEOUT: Duration = Duration::from_secs(10);
    static APPLICATION: Application = Application {
        name: "tester",
        id: 1,
        version: 1,
        tables: "CREATE TABLE t (x);",
        exact_tables: true,
        max_size: 1_000,
        journal_size_limit: 1 << 20,
        incremental_vacuum: false,
        allows_nfs: true,
    };

    fn readers(timeout: Duration) -> (TempDir, Readers) {
        let directory = TempDir::new().unwrap();
        let path = open(&directory.path().join("a.db"), &APPLICATION).unwrap().path;
        (directory, Readers::new(path, &APPLICATION, timeout))
    }

    fn is_cancelled<T>(result: Result<T, OpenError>) -> bool {
        let Err(OpenError::Sqlite(error)) = result else { return false };
        error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
    }

    #[test]
    fn a_query_that_takes_too_long_is_cancelled() {
        let (_directory, readers) = readers(Duration::from_millis(20));
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) \
                       SELECT count(*) FROM n";
        let result = readers.query(|transaction| Ok(transaction.execute_batch(endless)?));
        assert!(is_cancelled(result));
        let result = readers.query(|transaction| {
            loop {
                transaction.check_deadline()?;
            }
        });
        assert!(is_cancelled::<()>(result));
        // The next one has the full time again.
        readers.query(|transaction| transaction.check_deadline().map_err(OpenError::from)).unwrap();
    }

    #[test]
    fn on_nfs_a_file_is_read_as_in_a_directory_that_can_not_be_written() {
        let directory = TempDir::new().unwrap();
        let opened = open(&directory.path().join("a.db"), &APPLICATION).unwrap();
        let on_nfs = || Readers::open_there(&opened.path, &APPLICATION, TIMEOUT, false);
        assert!(on_nfs().unwrap().copy().is_some(), "the tables are in the log");
        opened.connection.pragma_update(None, "journal_mode", "delete").unwrap();
        assert_eq!(on_nfs().unwrap().copy(), None);
        let here = Readers::open_there(&opened.path, &APPLICATION, TIMEOUT, true).unwrap();
        assert!(here.detached.is_none());
    }

    #[test]
    fn closing_cancels_queries_and_leaves_no_connection() {
        let (_directory, readers) = readers(TIMEOUT);
        nested(&readers, 1);
        let result = readers.query(|transaction| {
            readers.close();
            Ok(transaction.check_deadline()?)
        });
        assert!(is_cancelled(result));
        assert_eq!(readers.idle().len(), 0);
    }

    #[test]
    fn queries_can_not_write_and_few_connections_stay() {
        let (_directory, readers) = readers(TIMEOUT);
        let result: Result<_, OpenError> =
            readers.query(|transaction| Ok(transaction.execute("INSERT INTO t VALUES (1)", ())?));
        assert_eq!(result.unwrap_err().to_string(), "attempt to write a readonly database");
        nested(&readers, 2 * MAX_IDLE);
        assert_eq!(readers.idle().len(), MAX_IDLE);
    }

    /// Runs that many queries within each other.
    fn nested(readers: &Readers, times: usize) {
        let result: Result<_, OpenError> = readers.query(|_| {
            if times > 0 {
                nested(readers, times - 1);
            }
            Ok(())
        });
        result.unwrap();
    }
}
