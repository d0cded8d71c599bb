//! The usual store: one SQLite file.
//!
//! One connection writes, in the thread of the store's [`Writer`](super::Writer); a few others
//! read at the same time, as the database is in WAL mode.

mod read;
mod schema;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{
    Execution, ExecutionsQuery, KeyRecord, KeysQuery, Page, QueryError, Store, Summary,
    SummaryQuery, TokenRecord, WriteError, Written,
};
use crate::catalog::{Catalog, Names};
use write::Pen;

/// How long another process may hold the database before that is an error.
const BUSY: Duration = Duration::from_secs(5);

/// Executions in a SQLite file.
pub struct Sqlite {
    path: PathBuf,
    keep: Duration,
    pen: Mutex<Pen>,
    /// Connections that nobody reads by just now.
    readers: Mutex<Vec<Connection>>,
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

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl Sqlite {
    /// Opens a file, or makes it. Executions are kept for so long. The catalog has the names
    /// that it knows.
    ///
    /// # Errors
    ///
    /// Where it can't be made, isn't a database, is another program's, of a later version, or
    /// held by another process.
    pub fn open(path: &Path, keep: Duration) -> Result<(Self, Arc<Catalog>), OpenError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        schema::prepare(&connection)?;
        let (keys, tokens) = (names(&connection, "keys")?, names(&connection, "tokens")?);
        let (key_ids, keys) = keys.into_iter().unzip();
        let (token_ids, tokens) = tokens.into_iter().unzip();
        let catalog = Catalog { keys: Names::new(keys), tokens: Names::new(tokens) };
        let catalog = Arc::new(catalog);
        let pen = Pen::new(connection, Arc::clone(&catalog), key_ids, token_ids)?;
        let (path, readers) = (path.to_path_buf(), Mutex::default());
        Ok((Self { path, keep, pen: Mutex::new(pen), readers }, catalog))
    }

    /// Asks by a connection of its own.
    fn read<T>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let free = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match free {
            Some(connection) => connection,
            None => self.reader()?,
        };
        let answer = ask(&connection);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }

    fn reader(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY)?;
        Ok(connection)
    }
}

/// The names of a table with their ids.
fn names(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(i64, Arc<str>)>> {
    let mut statement = connection.prepare(&format!("SELECT id, name FROM {table} ORDER BY id"))?;
    let found = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    found.collect()
}

impl From<rusqlite::Error> for QueryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(error)
    }
}

impl Store for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn write(&self, executions: &[Execution]) -> Result<Written, WriteError> {
        let mut pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        pen.write(executions)?;
        Ok(Written::all(executions.len()))
    }

    fn tend(&self, now: f64) -> Result<bool, WriteError> {
        let mut pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(pen.drop_before(now - self.keep.as_secs_f64())?)
    }

    fn keys(&self, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError> {
        self.read(|connection| read::keys(connection, query))
    }

    fn executions(&self, key: &str, query: &ExecutionsQuery) -> Result<Page, QueryError> {
        self.read(|connection| read::executions(connection, key, query))
    }

    fn summary(&self, key: &str, query: &SummaryQuery) -> Result<Summary, QueryError> {
        self.read(|connection| read::summary(connection, key, query))
    }

    fn tokens(&self) -> Result<Vec<TokenRecord>, QueryError> {
        self.read(read::tokens)
    }
}
