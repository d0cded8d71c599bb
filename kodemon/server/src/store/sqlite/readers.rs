//! Connections to ask by, and how long a question may take.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Error, OpenFlags, Transaction, ffi};

use super::BUSY;
use crate::store::QueryError;

/// No question is answered for longer.
const LIMIT: Duration = Duration::from_secs(10);
/// So many connections are kept when nobody asks.
const KEPT: usize = 4;
/// After so many of its steps SQLite looks at the clock.
const STEPS: i32 = 10_000;

/// Those that read.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    limit: Duration,
    /// Nobody asks by them just now.
    free: Mutex<Vec<Connection>>,
    /// Nothing is answered any more.
    closed: Arc<AtomicBool>,
}

impl Readers {
    /// Of this database.
    pub fn new(path: PathBuf) -> Self {
        Self { path, limit: LIMIT, free: Mutex::default(), closed: Arc::default() }
    }

    /// Asks, in a transaction: everything is as it was at one moment.
    pub fn ask<T>(
        &self,
        ask: impl FnOnce(&Question<'_>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let free = self.free().pop();
        let mut connection = match free {
            Some(connection) => connection,
            None => self.open()?,
        };
        let patience = Patience { ends: Instant::now() + self.limit, closed: self.closed.clone() };
        let of_connection = patience.clone();
        connection.progress_handler(STEPS, Some(move || of_connection.is_over()))?;
        let transaction = connection.transaction()?;
        let answer = ask(&Question { transaction, patience });
        let mut free = self.free();
        if free.len() < KEPT && !self.closed.load(Ordering::Relaxed) {
            free.push(connection);
        }
        answer
    }

    /// Gives up the questions that are being answered, and closes the connections.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.free().clear();
    }

    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }
}

/// How long a question is answered.
#[derive(Clone, Debug)]
struct Patience {
    ends: Instant,
    closed: Arc<AtomicBool>,
}

impl Patience {
    fn is_over(&self) -> bool {
        self.closed.load(Ordering::Relaxed) || Instant::now() >= self.ends
    }
}

/// A question, as long as it is asked.
#[derive(Debug)]
pub struct Question<'a> {
    transaction: Transaction<'a>,
    patience: Patience,
}

impl Question<'_> {
    /// For what is done between SQLite's steps.
    ///
    /// # Errors
    ///
    /// Returns an error if it has taken too long, or nothing is answered any more.
    pub fn goes_on(&self) -> rusqlite::Result<()> {
        if !self.patience.is_over() {
            return Ok(());
        }
        Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_INTERRUPT), None))
    }
}

impl Deref for Question<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}

impl From<Error> for QueryError {
    fn from(error: Error) -> Self {
        match error.sqlite_error_code() {
            Some(ffi::ErrorCode::OperationInterrupted) => Self::TooLong(LIMIT),
            _ => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn readers(limit: Duration) -> (TempDir, Readers) {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("kodemon.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        (directory, Readers { limit, ..Readers::new(path) })
    }

    #[test]
    fn a_question_that_takes_too_long_is_given_up() {
        let (_directory, readers) = readers(Duration::from_millis(20));
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) \
                       SELECT count(*) FROM n";
        let asked = readers.ask(|question| Ok(question.execute_batch(endless)?));
        assert_eq!(asked, Err(QueryError::TooLong(LIMIT)));
        let asked = readers.ask(|question| {
            loop {
                question.goes_on()?;
            }
        });
        assert_eq!(asked, Err::<(), _>(QueryError::TooLong(LIMIT)));
        // The next one has as long again.
        assert_eq!(readers.ask(|question| Ok(question.goes_on()?)), Ok(()));
    }

    #[test]
    fn at_the_end_a_question_is_given_up_and_no_connection_stays() {
        let (_directory, readers) = readers(LIMIT);
        ask_within(&readers, 1);
        let asked = readers.ask(|question| {
            readers.close();
            Ok(question.goes_on()?)
        });
        assert_eq!(asked, Err(QueryError::TooLong(LIMIT)));
        assert_eq!(readers.free().len(), 0);
    }

    #[test]
    fn who_asks_can_write_nothing_and_few_connections_stay() {
        let (_directory, readers) = readers(LIMIT);
        let asked = readers.ask(|question| Ok(question.execute("INSERT INTO t VALUES (1)", ())?));
        assert!(matches!(asked, Err(QueryError::Failed(_))), "{asked:?}");
        ask_within(&readers, 2 * KEPT);
        assert_eq!(readers.free.lock().unwrap().len(), KEPT);
    }

    /// Asks while it asks, so many times.
    fn ask_within(readers: &Readers, times: usize) {
        let asked = readers.ask(|_| {
            if times > 0 {
                ask_within(readers, times - 1);
            }
            Ok(())
        });
        asked.unwrap();
    }
}
