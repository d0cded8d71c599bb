//! The usual store: one SQLite file.
//!
//! One connection writes, in the thread of the store's [`Writer`](super::Writer); a few others
//! read at the same time, as the database is in WAL mode.
//!
//! ```text
//! a transaction's executions --> arrivals, all keys together
//!                                   |  a minute later, two seconds if they are many
//!                                   '--> blocks, by key and minute; minutes; hours; series
//! ```
//!
//! So a transaction writes one row, and a function that is called once a second has one row a
//! minute in each table. All of it is in the database from the first transaction on, in one place
//! or the other, and every question looks at both.

mod arrivals;
mod block;
mod fold;
mod ids;
mod lock;
mod read;
mod readers;
mod rollup;
mod schema;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::Type;
use rusqlite::{Connection, Error, OpenFlags};

use super::{
    Execution, ExecutionsQuery, Extent, KeyRecord, KeysQuery, Page, QueryError, Store, Summary,
    SummaryQuery, TokenRecord, WriteError, Written,
};
use crate::catalog::Known;
use lock::Lock;
use readers::Readers;
use write::Pen;

/// How long another process may hold the database before that is an error.
const BUSY: Duration = Duration::from_secs(1);

/// Executions in a SQLite file.
pub struct Sqlite {
    path: PathBuf,
    keep: Duration,
    /// Go before the pen: the last connection that is closed removes the log of writes, which those
    /// that only read can't.
    readers: Readers,
    pen: Mutex<Pen>,
    /// Goes last.
    _lock: Lock,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A database that can't be used.
#[derive(Debug)]
pub struct OpenError(String);

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

impl Sqlite {
    /// Opens a file, or makes it. Executions are kept for so long. What comes out besides are the
    /// names that it knows.
    ///
    /// # Errors
    ///
    /// Where it can't be made, isn't a database, is another program's, of a later version, or
    /// held by another process.
    pub fn open(path: &Path, keep: Duration) -> Result<(Self, Known), OpenError> {
        let (path, lock) = lock::take(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&path, flags)?;
        connection.busy_timeout(BUSY)?;
        schema::prepare(&connection)?;
        write::take_over(&mut connection)?;
        let known =
            Known { keys: names(&connection, "keys")?, tokens: names(&connection, "tokens")? };
        let pen = Pen::new(connection)?;
        let (pen, readers) = (Mutex::new(pen), Readers::new(path.clone()));
        Ok((Self { path, keep, readers, pen, _lock: lock }, known))
    }

    fn pen(&self) -> MutexGuard<'_, Pen> {
        self.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The names of a table.
fn names(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Arc<str>>> {
    let mut statement = connection.prepare(&format!("SELECT name FROM {table}"))?;
    let found = statement.query_map((), |row| row.get(0))?;
    found.collect()
}

/// What the database has isn't what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database is damaged")
    }
}

impl std::error::Error for Damaged {}

impl From<Damaged> for Error {
    fn from(damaged: Damaged) -> Self {
        Self::FromSqlConversionFailure(0, Type::Blob, Box::new(damaged))
    }
}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        Self::new(error)
    }
}

impl Store for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn write(&self, executions: &[Execution]) -> Result<Written, WriteError> {
        self.pen().write(executions)?;
        Ok(Written::all(executions.len()))
    }

    fn tidy(&self) -> Result<(), WriteError> {
        Ok(self.pen().tidy()?)
    }

    fn tend(&self, now: f64) -> Result<bool, WriteError> {
        Ok(self.pen().tend(now, self.keep)?)
    }

    fn extent(&self) -> Result<Option<Extent>, WriteError> {
        Ok(self.pen().extent()?)
    }

    fn close(&self) -> Result<(), WriteError> {
        self.readers.close();
        self.pen().close()
    }

    fn keys(&self, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError> {
        self.readers.ask(|question| read::keys(question, query))
    }

    fn executions(&self, key: &str, query: &ExecutionsQuery) -> Result<Page, QueryError> {
        self.readers.ask(|question| read::executions(question, key, query))
    }

    fn summary(&self, key: &str, query: &SummaryQuery) -> Result<Summary, QueryError> {
        self.readers.ask(|question| read::summary(question, key, query))
    }

    fn tokens(&self) -> Result<Vec<TokenRecord>, QueryError> {
        self.readers.ask(read::tokens)
    }
}
