//! Read connections, and the time limit of a query.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Error, OpenFlags, Transaction, ffi};

use crate::store::query::QueryError;

/// How long another process may lock the database before that is an error.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(1);
/// Time limit of a query.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of idle connections.
const MAX_IDLE: usize = 4;
/// Number of steps of SQLite's virtual machine between two checks of the deadline.
const CHECK_STEPS: i32 = 10_000;

/// A pool of read connections.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    timeout: Duration,
    idle: Mutex<Vec<Connection>>,
    /// Running queries are cancelled.
    closed: Arc<AtomicBool>,
}

impl Readers {
    /// A pool for this database.
    pub fn new(path: PathBuf) -> Self {
        Self { path, timeout: TIMEOUT, idle: Mutex::default(), closed: Arc::default() }
    }

    /// Runs a query in a transaction, so that it sees one consistent state.
    pub fn query<T>(
        &self,
        query: impl FnOnce(&ReadTransaction<'_>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let idle = self.idle().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        let deadline = Deadline { end: Instant::now() + self.timeout, closed: self.closed.clone() };
        let of_connection = deadline.clone();
        connection.progress_handler(CHECK_STEPS, Some(move || of_connection.is_over()))?;
        let transaction = connection.transaction()?;
        let result = query(&ReadTransaction { transaction, deadline });
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

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
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

impl From<Error> for QueryError {
    fn from(error: Error) -> Self {
        match error.sqlite_error_code() {
            Some(ffi::ErrorCode::OperationInterrupted) => Self::TooLong(TIMEOUT),
            _ => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn readers(timeout: Duration) -> (TempDir, Readers) {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("kodemon.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        (directory, Readers { timeout, ..Readers::new(path) })
    }

    #[test]
    fn a_query_that_takes_too_long_is_cancelled() {
        let (_directory, readers) = readers(Duration::from_millis(20));
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) \
                       SELECT count(*) FROM n";
        let result = readers.query(|transaction| Ok(transaction.execute_batch(endless)?));
        assert_eq!(result, Err(QueryError::TooLong(TIMEOUT)));
        let result = readers.query(|transaction| {
            loop {
                transaction.check_deadline()?;
            }
        });
        assert_eq!(result, Err::<(), _>(QueryError::TooLong(TIMEOUT)));
        // The next one has the full time again.
        assert_eq!(readers.query(|transaction| Ok(transaction.check_deadline()?)), Ok(()));
    }

    #[test]
    fn closing_cancels_queries_and_leaves_no_connection() {
        let (_directory, readers) = readers(TIMEOUT);
        nested(&readers, 1);
        let result = readers.query(|transaction| {
            readers.close();
            Ok(transaction.check_deadline()?)
        });
        assert_eq!(result, Err(QueryError::TooLong(TIMEOUT)));
        assert_eq!(readers.idle().len(), 0);
    }

    #[test]
    fn queries_can_not_write_and_few_connections_stay() {
        let (_directory, readers) = readers(TIMEOUT);
        let result =
            readers.query(|transaction| Ok(transaction.execute("INSERT INTO t VALUES (1)", ())?));
        assert!(matches!(result, Err(QueryError::Failed(_))), "{result:?}");
        nested(&readers, 2 * MAX_IDLE);
        assert_eq!(readers.idle.lock().unwrap().len(), MAX_IDLE);
    }

    /// Runs that many queries within each other.
    fn nested(readers: &Readers, times: usize) {
        let result = readers.query(|_| {
            if times > 0 {
                nested(readers, times - 1);
            }
            Ok(())
        });
        result.unwrap();
    }
}
