//! What a store does.

use std::fmt;

use crate::execution::Execution;
use crate::store::query::{
    ExecutionsQuery, KeyRecord, KeysQuery, Page, QueryError, Summary, SummaryQuery, TokenRecord,
};

/// Holds executions and answers queries about them.
///
/// One thread writes; any number of threads may query at the same time. What was written is visible
/// to later queries, in a search engine after up to a second.
pub trait Store: Send + Sync {
    /// The name in stats and messages.
    fn name(&self) -> &'static str;

    /// Stores executions, except those that it refuses and would refuse again.
    ///
    /// # Errors
    ///
    /// Returns an error if some weren't stored but may be later. The caller must then repeat the
    /// call with the same executions, before any others, until it succeeds.
    fn write(&self, executions: &[Execution]) -> Result<Written, WriteError>;

    /// Moves recent executions to where queries find them quickly, if it is time; called every
    /// second.
    ///
    /// # Errors
    ///
    /// Returns an error if the store can't be written.
    fn compact(&self) -> Result<(), WriteError> {
        Ok(())
    }

    /// Deletes a bounded part of what is older than `now` minus the retention time. Returns whether
    /// there is more to delete.
    ///
    /// # Errors
    ///
    /// Returns an error if the store can't be written.
    fn expire(&self, now: f64) -> Result<bool, WriteError>;

    /// When the oldest and the newest execution began; `None` if there are none.
    ///
    /// # Errors
    ///
    /// Returns an error if the store can't be read.
    fn extent(&self) -> Result<Option<Extent>, WriteError>;

    /// Cancels running queries and completes what was written. The store must not be used
    /// afterwards.
    ///
    /// # Errors
    ///
    /// Returns an error if what was written can't be completed.
    fn close(&self) -> Result<(), WriteError> {
        Ok(())
    }

    /// The keys, sorted by name.
    ///
    /// # Errors
    ///
    /// Returns an error if the store can't be read.
    fn keys(&self, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError>;

    /// One page of a key's executions, sorted by time.
    ///
    /// # Errors
    ///
    /// Returns an error if the store can't be read, the key is unknown, or the cursor is invalid.
    fn executions(&self, key: &str, query: &ExecutionsQuery) -> Result<Page, QueryError>;

    /// The distribution of a key's execution times over a time range.
    ///
    /// # Errors
    ///
    /// Returns an error if the store can't be read or the key is unknown.
    fn summary(&self, key: &str, query: &SummaryQuery) -> Result<Summary, QueryError>;

    /// The tokens, sorted by name.
    ///
    /// # Errors
    ///
    /// Returns an error if the store can't be read.
    fn tokens(&self) -> Result<Vec<TokenRecord>, QueryError>;
}

/// The time range of the stored executions, in Unix seconds; a store may round by up to a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// The oldest stored execution.
    pub oldest: f64,
    /// The newest one.
    pub newest: f64,
}

/// The result of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Number of executions stored.
    pub stored: usize,
    /// Why the others, or one of them, were refused.
    pub refused: Option<String>,
}

impl Written {
    /// That many were stored and none refused.
    pub const fn all(executions: usize) -> Self {
        Self { stored: executions, refused: None }
    }
}

/// Why executions couldn't be stored: disk full, database locked, engine unreachable.
#[derive(Clone, Debug)]
pub struct WriteError {
    /// The reason.
    pub reason: String,
    /// Number of executions stored nevertheless.
    pub stored: usize,
}

impl WriteError {
    /// Nothing was stored.
    pub fn new(reason: impl fmt::Display) -> Self {
        Self { reason: reason.to_string(), stored: 0 }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for WriteError {}
