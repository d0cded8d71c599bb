//! The store for those who outgrow one machine: Elasticsearch or OpenSearch.
//!
//! An execution is a document in the index of its day. It is found by who asks only after the
//! engine's next refresh, a second later as a rule. Days are dropped whole.

mod address;
mod bulk;
mod client;
mod index;
mod question;
mod read;
mod summary;
mod write;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{
    Execution, ExecutionsQuery, Extent, KeyRecord, KeysQuery, Page, QueryError, Store, Summary,
    SummaryQuery, TokenRecord, WriteError, Written,
};
pub use address::Address;
use client::{Client, Failure};
use question::Question;
use write::Pen;

/// So long a request may take, unless told.
const PATIENCE: Duration = Duration::from_secs(10);

/// Executions in an engine.
pub struct Elastic {
    client: Client,
    keep: Duration,
    pen: Mutex<Pen>,
}

impl fmt::Debug for Elastic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elastic").field("keep", &self.keep).finish_non_exhaustive()
    }
}

/// Why an engine can't be used.
#[derive(Debug)]
pub struct NotReady {
    reason: String,
    /// Whether it may well pass by itself.
    pub passing: bool,
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for NotReady {}

impl From<Failure> for NotReady {
    fn from(failure: Failure) -> Self {
        Self { passing: failure.is_passing(), reason: failure.to_string() }
    }
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> Self {
        Self::new(failure)
    }
}

impl Elastic {
    /// The engine there, which isn't asked anything yet. Executions are kept for so long.
    ///
    /// # Errors
    ///
    /// Where the address can't be one.
    pub fn new(address: Address, keep: Duration) -> Result<Self, String> {
        let client = Client::new(address, PATIENCE)?;
        Ok(Self { client, keep, pen: Mutex::new(Pen::new()) })
    }

    /// With another time that a request may take, and all requests of a question.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.client.patience = patience;
        self
    }

    /// Sees who is there, and says how indices are to be made. Without it the first write does.
    ///
    /// # Errors
    ///
    /// Where the engine isn't there, is none, or refuses it.
    pub fn prepare(&self) -> Result<(), NotReady> {
        Ok(self.pen().prepare(&self.client)?)
    }

    fn pen(&self) -> MutexGuard<'_, Pen> {
        self.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Elastic {
    fn name(&self) -> &'static str {
        "elasticsearch"
    }

    fn write(&self, executions: &[Execution]) -> Result<Written, WriteError> {
        self.pen().write(&self.client, executions)
    }

    fn tend(&self, now: f64) -> Result<bool, WriteError> {
        Ok(index::drop_before(&self.client, now - self.keep.as_secs_f64())?)
    }

    fn extent(&self) -> Result<Option<Extent>, WriteError> {
        Ok(index::extent(&self.client)?)
    }

    fn keys(&self, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError> {
        read::keys(&Question::begin(&self.client), query)
    }

    fn executions(&self, key: &str, query: &ExecutionsQuery) -> Result<Page, QueryError> {
        read::executions(&Question::begin(&self.client), key, query)
    }

    fn summary(&self, key: &str, query: &SummaryQuery) -> Result<Summary, QueryError> {
        summary::summary(&Question::begin(&self.client), key, query)
    }

    fn tokens(&self) -> Result<Vec<TokenRecord>, QueryError> {
        read::tokens(&Question::begin(&self.client))
    }
}
