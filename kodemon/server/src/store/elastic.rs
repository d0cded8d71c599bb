//! A store that can span machines: Elasticsearch or OpenSearch.
//!
//! An execution is a document in the index of its day. Queries see it after the engine's next
//! refresh, usually within a second. Indices are deleted whole.

mod address;
mod bulk;
mod client;
mod index;
mod read;
mod reason;
mod search;
mod summary;
mod write;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::execution::Execution;
use crate::store::backend::{Extent, Store, WriteError, Written};
use crate::store::query::{
    ExecutionsQuery, KeyRecord, KeysQuery, Page, QueryError, Summary, SummaryQuery, TokenRecord,
};
pub use address::Address;
use client::{Client, RequestError};
use search::SearchSession;
use write::BulkWriter;

/// Default timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Executions in an engine.
pub struct Elastic {
    client: Client,
    keep: Duration,
    writer: Mutex<BulkWriter>,
}

impl fmt::Debug for Elastic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elastic").field("keep", &self.keep).finish_non_exhaustive()
    }
}

/// The engine can't be used.
#[derive(Debug)]
pub struct PrepareError {
    reason: String,
    /// Whether the error may go away by itself.
    pub transient: bool,
}

impl fmt::Display for PrepareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for PrepareError {}

impl From<RequestError> for PrepareError {
    fn from(error: RequestError) -> Self {
        Self { transient: error.is_transient(), reason: error.to_string() }
    }
}

impl Elastic {
    /// A store in this engine with this retention time. It doesn't connect yet.
    ///
    /// # Errors
    ///
    /// Returns an error if user and password don't form a valid header.
    pub fn new(address: Address, keep: Duration) -> Result<Self, String> {
        let client = Client::new(address, TIMEOUT)?;
        Ok(Self { client, keep, writer: Mutex::new(BulkWriter::new()) })
    }

    /// Sets the timeout of a request, and of all requests of a query.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.client.timeout = timeout;
        self
    }

    /// Checks the engine and creates the index template. Otherwise the first write does.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no suitable engine, or it refuses the template.
    pub fn prepare(&self) -> Result<(), PrepareError> {
        Ok(self.writer().prepare(&self.client)?)
    }

    fn writer(&self) -> MutexGuard<'_, BulkWriter> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Elastic {
    fn name(&self) -> &'static str {
        "elasticsearch"
    }

    fn write(&self, executions: &[Execution]) -> Result<Written, WriteError> {
        self.writer().write(&self.client, executions)
    }

    fn expire(&self, now: f64) -> Result<bool, WriteError> {
        Ok(index::delete_before(&self.client, now - self.keep.as_secs_f64())?)
    }

    fn extent(&self) -> Result<Option<Extent>, WriteError> {
        Ok(index::extent(&self.client)?)
    }

    fn keys(&self, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError> {
        read::keys(&SearchSession::new(&self.client), query)
    }

    fn executions(&self, key: &str, query: &ExecutionsQuery) -> Result<Page, QueryError> {
        read::executions(&SearchSession::new(&self.client), key, query)
    }

    fn summary(&self, key: &str, query: &SummaryQuery) -> Result<Summary, QueryError> {
        summary::summary(&SearchSession::new(&self.client), key, query)
    }

    fn tokens(&self) -> Result<Vec<TokenRecord>, QueryError> {
        read::tokens(&SearchSession::new(&self.client))
    }
}
