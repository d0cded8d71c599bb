//! Queries and their results.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;

/// Selects keys.
#[derive(Clone, Debug, Default)]
pub struct KeysQuery {
    /// Only keys sent with this token.
    pub token: Option<String>,
    /// Only keys called since this time.
    pub since: Option<f64>,
    /// Only keys with this prefix.
    pub prefix: String,
}

/// A key, without its executions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyRecord {
    /// File and function.
    pub key: String,
    /// Number of calls ever stored, including expired ones.
    pub count: u64,
    /// When the earliest of them began: Unix time in seconds.
    pub first_seen: f64,
    /// When the latest of them began.
    pub last_seen: f64,
    /// The tokens that sent it.
    pub tokens: Vec<String>,
}

/// A sender.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TokenRecord {
    /// The token.
    pub token: String,
    /// Number of keys it sent.
    pub keys: u64,
    /// Number of calls ever stored, including expired ones.
    pub count: u64,
    /// When the earliest of them began: Unix time in seconds.
    pub first_seen: f64,
    /// When the latest of them began.
    pub last_seen: f64,
}

/// Selects executions of a key.
#[derive(Clone, Debug)]
pub struct ExecutionsQuery {
    /// Start of the time range, inclusive.
    pub from: Option<f64>,
    /// End of the time range, exclusive.
    pub to: Option<f64>,
    /// Only those sent with this token.
    pub token: Option<String>,
    /// Maximum number of executions.
    pub limit: usize,
    /// Continue after this position, taken from the previous page.
    pub cursor: Option<String>,
    /// Latest first.
    pub descending: bool,
}

/// One page of executions.
#[derive(Debug, Serialize)]
pub struct Page {
    /// Sorted by time.
    pub executions: Vec<ExecutionRecord>,
    /// The cursor of the next page; `None` if there is no more for now.
    pub next: Option<String>,
}

/// A stored execution.
#[derive(Debug, Serialize)]
pub struct ExecutionRecord {
    /// Unique among the executions of its key; also the cursor that continues after it.
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

/// Selects a summary.
#[derive(Clone, Debug)]
pub struct SummaryQuery {
    /// Start of the time range, inclusive.
    pub from: f64,
    /// End of the time range, exclusive.
    pub to: f64,
    /// Only executions sent with this token.
    pub token: Option<String>,
    /// Approximate number of buckets; never more than one above it.
    pub buckets: usize,
}

/// The distribution of execution times, by time bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Start of the time range, inclusive.
    pub from: f64,
    /// End of the time range, exclusive.
    pub to: f64,
    /// Length of a bucket in seconds; `from` and `to` may cut the first and the last.
    pub step: f64,
    /// When the earliest execution ever stored began, regardless of the range.
    pub first_seen: Option<f64>,
    /// The distribution over the whole range.
    pub total: Distribution,
    /// In order of time, including empty ones.
    pub buckets: Vec<BucketRecord>,
}

/// A time bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BucketRecord {
    /// Start, inclusive.
    pub from: f64,
    /// End, exclusive.
    pub to: f64,
    /// Of the executions that began in it.
    #[serde(flatten)]
    pub distribution: Distribution,
}

/// The distribution of execution times, in seconds; values are `None` if there are no executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Distribution {
    /// Number of executions.
    pub count: u64,
    /// Executions per second; set by [`Summary::rated`].
    pub rate: f64,
    /// The shortest.
    pub min: Option<f64>,
    /// The arithmetic mean.
    pub mean: Option<f64>,
    /// The median.
    pub p50: Option<f64>,
    /// The 90th percentile.
    pub p90: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// The longest.
    pub max: Option<f64>,
}

/// Why a query failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryError {
    /// No execution of that key is known.
    UnknownKey,
    /// The cursor isn't one that this store returned.
    Cursor,
    /// It exceeded this time limit.
    TooLong(Duration),
    /// The store can't be read.
    Failed(String),
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey => f.write_str("no such key"),
            Self::Cursor => f.write_str("not a cursor from this server"),
            Self::TooLong(limit) => write!(f, "query exceeded {limit:?}"),
            Self::Failed(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for QueryError {}
