//! The default store: one SQLite file.
//!
//! One connection writes, in the thread of the store's [`IngestQueue`](crate::ingest::IngestQueue);
//! a few others read at the same time, as the database is in WAL mode.
//!
//! ```text
//! a transaction's executions --> arrivals, all keys together
//!                                   |  compacted after a minute, or two seconds if many
//!                                   '--> blocks, by key and minute; minutes; hours; series
//! ```
//!
//! So a transaction writes one row, and a function that is called once a second has one row per
//! minute in each table. Every execution is in the database from its first transaction on, in one
//! place or the other, and each query reads both.

mod arrivals;
mod block;
mod compact;
mod error;
mod ids;
mod read;
mod rollup;
mod schema;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mmstats_sqlite::{Lock, OpenError, Opened, Readers};
use rusqlite::Connection;

use crate::catalog::KnownNames;
use crate::execution::Execution;
use crate::store::backend::{Extent, Store, WriteError, Written};
use crate::store::query::{
    ExecutionsQuery, KeyRecord, KeysQuery, Page, QueryError, Summary, SummaryQuery, TokenRecord,
};
use error::QUERY_TIMEOUT;
use schema::KODEMON;
use write::TableWriter;

/// Executions in a SQLite file.
pub struct Sqlite {
    path: PathBuf,
    keep: Duration,
    /// Dropped before the writer: the connection closed last removes the write-ahead log, which
    /// read-only ones can't.
    readers: Readers,
    writer: Mutex<TableWriter>,
    /// Dropped last.
    _lock: Lock,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens or creates a file with this retention time. Also returns the names in it.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be created, isn't a database of this program or version,
    /// or is used by another process.
    pub fn open(path: &Path, keep: Duration) -> Result<(Self, KnownNames), OpenError> {
        let Opened { path, mut connection, lock } = mmstats_sqlite::open(path, &KODEMON)?;
        write::recover(&mut connection)?;
        let known =
            KnownNames { keys: names(&connection, "keys")?, tokens: names(&connection, "tokens")? };
        let writer = Mutex::new(TableWriter::new(connection)?);
        let readers = Readers::new(path.clone(), &KODEMON, QUERY_TIMEOUT);
        Ok((Self { path, keep, readers, writer, _lock: lock }, known))
    }

    fn writer(&self) -> MutexGuard<'_, TableWriter> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The names of a table.
fn names(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Arc<str>>> {
    let mut statement = connection.prepare(&format!("SELECT name FROM {table}"))?;
    let found = statement.query_map((), |row| row.get(0))?;
    found.collect()
}

impl Store for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn write(&self, executions: &[Execution]) -> Result<Written, WriteError> {
        self.writer().write(executions)?;
        Ok(Written::all(executions.len()))
    }

    fn compact(&self) -> Result<(), WriteError> {
        Ok(self.writer().compact()?)
    }

    fn expire(&self, now: f64) -> Result<bool, WriteError> {
        Ok(self.writer().expire(now, self.keep)?)
    }

    fn extent(&self) -> Result<Option<Extent>, WriteError> {
        Ok(self.writer().extent()?)
    }

    fn close(&self) -> Result<(), WriteError> {
        self.readers.close();
        self.writer().close()
    }

    fn keys(&self, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError> {
        self.readers.query(|transaction| read::keys(transaction, query))
    }

    fn executions(&self, key: &str, query: &ExecutionsQuery) -> Result<Page, QueryError> {
        self.readers.query(|transaction| read::executions(transaction, key, query))
    }

    fn summary(&self, key: &str, query: &SummaryQuery) -> Result<Summary, QueryError> {
        self.readers.query(|transaction| read::summary(transaction, key, query))
    }

    fn tokens(&self) -> Result<Vec<TokenRecord>, QueryError> {
        self.readers.query(read::tokens)
    }
}
