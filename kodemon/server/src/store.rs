//! Where executions are kept: what a store can be asked for, and what it answers.

pub mod elastic;
mod histogram;
mod rate;
pub mod sqlite;
mod steps;
pub(crate) mod tally;
mod varint;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;

pub use writer::{Capacity, Progress, Writer};

/// A call, on its way into a store. Calls share their names, which the
/// [`Catalog`](crate::catalog::Catalog) gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// File and function.
    pub key: Arc<str>,
    /// Who sent it.
    pub token: Arc<str>,
    /// When it began: Unix time in seconds.
    pub timestamp: f64,
    /// Seconds.
    pub execution_time: f64,
    /// Further fields: a JSON object.
    pub extra: Option<Arc<str>>,
}

/// What holds executions and answers questions about them.
///
/// One thread writes; any number may ask meanwhile. What was written is found by who asks later: a
/// search engine may take a second.
pub trait Store: Send + Sync {
    /// What it is called in figures and messages.
    fn name(&self) -> &'static str;

    /// Stores them, but for those that it refuses and would again.
    ///
    /// # Errors
    ///
    /// Where not all could be stored, and later perhaps can. The same executions come again then,
    /// before any others, until there is no error.
    fn write(&self, executions: &[Execution]) -> Result<Written, WriteError>;

    /// Puts what was written last where it is found quickly, if it is time; asked for every second.
    ///
    /// # Errors
    ///
    /// Where the store can't be written.
    fn tidy(&self) -> Result<(), WriteError> {
        Ok(())
    }

    /// Drops a bounded part of what is older than `now` minus what is kept; whether there is
    /// more to do.
    ///
    /// # Errors
    ///
    /// Where the store can't be written.
    fn tend(&self, now: f64) -> Result<bool, WriteError>;

    /// When the oldest and the newest of the executions began; `None` if there are none.
    ///
    /// # Errors
    ///
    /// Returns an error if the store can't be read.
    fn extent(&self) -> Result<Option<Extent>, WriteError>;

    /// Ends orderly: gives up the questions that are still being answered, and leaves all that was
    /// written complete in its place. Nothing is written or asked afterwards.
    ///
    /// # Errors
    ///
    /// Returns an error if what was written can't be put in its place.
    fn close(&self) -> Result<(), WriteError> {
        Ok(())
    }

    /// The keys, by name.
    ///
    /// # Errors
    ///
    /// Where the store can't be read.
    fn keys(&self, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError>;

    /// Executions of a key by time, a page of them.
    ///
    /// # Errors
    ///
    /// Where the store can't be read, has no such key, or the cursor isn't one of its own.
    fn executions(&self, key: &str, query: &ExecutionsQuery) -> Result<Page, QueryError>;

    /// How a key's execution times were spread over a range of time.
    ///
    /// # Errors
    ///
    /// Where the store can't be read, or has no such key.
    fn summary(&self, key: &str, query: &SummaryQuery) -> Result<Summary, QueryError>;

    /// The tokens, by name.
    ///
    /// # Errors
    ///
    /// Where the store can't be read.
    fn tokens(&self) -> Result<Vec<TokenRecord>, QueryError>;
}

/// When what is stored began, as Unix times in seconds; a store may round them by up to a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// The oldest execution that is kept.
    pub oldest: f64,
    /// The newest one.
    pub newest: f64,
}

/// Which keys are wanted.
#[derive(Clone, Debug, Default)]
pub struct KeysQuery {
    /// Those that this one sent.
    pub token: Option<String>,
    /// Those that were called since then.
    pub since: Option<f64>,
    /// Those whose names begin so.
    pub prefix: String,
}

/// A key, without its executions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyRecord {
    /// File and function.
    pub key: String,
    /// How many calls were stored, those too that aren't kept any more.
    pub count: u64,
    /// When the earliest of them began: Unix time in seconds.
    pub first_seen: f64,
    /// When the latest of them began.
    pub last_seen: f64,
    /// Who sent them.
    pub tokens: Vec<String>,
}

/// Who sends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TokenRecord {
    /// The token.
    pub token: String,
    /// How many functions it sent of.
    pub keys: u64,
    /// How many calls were stored.
    pub count: u64,
    /// When the earliest of them began: Unix time in seconds.
    pub first_seen: f64,
    /// When the latest of them began.
    pub last_seen: f64,
}

/// Which executions are wanted.
#[derive(Clone, Debug)]
pub struct ExecutionsQuery {
    /// From this time on.
    pub from: Option<f64>,
    /// Until before this time.
    pub to: Option<f64>,
    /// Those that this one sent.
    pub token: Option<String>,
    /// At most so many.
    pub limit: usize,
    /// Behind this place, which the page before gave.
    pub cursor: Option<String>,
    /// The latest first.
    pub descending: bool,
}

/// Some executions, and where to go on.
#[derive(Debug, Serialize)]
pub struct Page {
    /// By time.
    pub executions: Vec<ExecutionRecord>,
    /// The cursor of the next page; `None` where there is nothing more now.
    pub next: Option<String>,
}

/// An execution, as it is told.
#[derive(Debug, Serialize)]
pub struct ExecutionRecord {
    /// Tells it from any other one of its key, and is a cursor that goes on behind it.
    pub id: String,
    /// When it began: Unix time in seconds.
    pub timestamp: f64,
    /// Seconds.
    pub execution_time: f64,
    /// Who sent it.
    pub token: String,
    /// Further fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Box<RawValue>>,
}

/// Which summary is wanted.
#[derive(Clone, Debug)]
pub struct SummaryQuery {
    /// From this time on.
    pub from: f64,
    /// Until before this time.
    pub to: f64,
    /// Of those that this one sent.
    pub token: Option<String>,
    /// In about so many steps, or fewer.
    pub buckets: usize,
}

/// How execution times were spread, step by step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// From this time on.
    pub from: f64,
    /// Until before this time.
    pub to: f64,
    /// So many seconds each bucket has; the first and the last may be cut by `from` and `to`.
    pub step: f64,
    /// When the earliest execution began that was ever stored, whatever the range.
    pub first_seen: Option<f64>,
    /// Over all of it.
    pub total: Spread,
    /// One after the other, empty ones too.
    pub buckets: Vec<BucketRecord>,
}

/// A step of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BucketRecord {
    /// When it begins.
    pub from: f64,
    /// When it ends, exclusively.
    pub to: f64,
    /// Of the executions that began in it.
    #[serde(flatten)]
    pub spread: Spread,
}

/// How execution times were spread, in seconds; `None` where there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// How many there are.
    pub count: u64,
    /// How many a second, once [`Summary::rated`] has said it.
    pub rate: f64,
    /// The shortest.
    pub min: Option<f64>,
    /// All together, divided by how many there are.
    pub mean: Option<f64>,
    /// Half of them took no longer.
    pub p50: Option<f64>,
    /// Nine of ten took no longer.
    pub p90: Option<f64>,
    /// Ninety-nine of a hundred took no longer.
    pub p99: Option<f64>,
    /// The longest.
    pub max: Option<f64>,
}

/// What became of executions that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// So many are stored for good.
    pub stored: usize,
    /// Why the others aren't, or one of them.
    pub refused: Option<String>,
}

impl Written {
    /// So many, and none refused.
    pub const fn all(executions: usize) -> Self {
        Self { stored: executions, refused: None }
    }
}

/// Why executions couldn't be stored: full, locked, not reached.
#[derive(Clone, Debug)]
pub struct WriteError {
    /// The reason.
    pub reason: String,
    /// So many of them are stored all the same.
    pub stored: usize,
}

impl WriteError {
    /// None of them is stored.
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

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryError {
    /// No execution of that key is known.
    UnknownKey,
    /// The cursor isn't one that this store gave.
    Cursor,
    /// It took longer than it may.
    TooLong(Duration),
    /// The store can't be read.
    Failed(String),
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey => f.write_str("no such key"),
            Self::Cursor => f.write_str("not a cursor that was given here"),
            Self::TooLong(limit) => write!(f, "there is no answer within {limit:?}"),
            Self::Failed(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for QueryError {}
