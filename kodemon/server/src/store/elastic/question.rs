//! Searches, of which an answer takes as many as it needs within a time.

use std::time::Instant;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::client::{Cause, Client, JSON, Reason};
use super::index;
use crate::store::QueryError;

/// A question that is being answered.
pub struct Question<'a> {
    client: &'a Client,
    until: Instant,
}

/// What a search found: the documents that were asked for, and aggregations.
#[derive(Deserialize)]
#[serde(bound = "D: DeserializeOwned, A: DeserializeOwned")]
pub struct Found<D, A> {
    timed_out: bool,
    #[serde(rename = "_shards")]
    shards: Shards,
    hits: Hits<D>,
    aggregations: Option<A>,
}

#[derive(Deserialize)]
struct Shards {
    failed: u64,
    total: u64,
    #[serde(default)]
    failures: Vec<ShardFailure>,
}

#[derive(Deserialize)]
struct ShardFailure {
    reason: Option<Reason>,
}

#[derive(Deserialize)]
struct Hits<D> {
    hits: Vec<Hit<D>>,
}

#[derive(Deserialize)]
struct Hit<D> {
    #[serde(rename = "_source")]
    document: D,
}

impl<'a> Question<'a> {
    /// From now on the time runs: as long as one request may take.
    pub fn begin(client: &'a Client) -> Self {
        Self { client, until: Instant::now() + client.patience }
    }

    /// Searches all indices. The filters are those of `bool`.
    pub fn search<D: DeserializeOwned, A: DeserializeOwned>(
        &self,
        filters: &[Value],
        mut search: Value,
    ) -> Result<(Vec<D>, Option<A>), QueryError> {
        let too_long = QueryError::TooLong(self.client.patience);
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(too_long);
        }
        search["query"] = json!({"bool": {"filter": filters}});
        search["timeout"] = json!(format!("{}ms", left.as_millis()));
        search["track_total_hits"] = json!(false);
        let (path, body) = (format!("/{}/_search", index::ALL), search.to_string());
        let asked = self.client.ask_within(Method::POST, &path, (JSON, body.as_bytes()), left);
        let found: Found<D, A> = asked.map_err(|failure| match failure.cause {
            Cause::TooLong(_) => too_long.clone(),
            _ => QueryError::Failed(failure.to_string()),
        })?;
        if found.timed_out {
            return Err(too_long);
        }
        // A part of an answer isn't one.
        let Shards { failed, total, failures } = found.shards;
        if failed > 0 {
            let reason = failures.into_iter().find_map(|failure| failure.reason);
            let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
            let reason = format!("{failed} of {total} shards failed{reason}");
            return Err(QueryError::Failed(self.client.useless(reason).to_string()));
        }
        let documents = found.hits.hits.into_iter().map(|hit| hit.document);
        Ok((documents.collect(), found.aggregations))
    }

    /// That a key is known: where nothing was found of it, it may be.
    pub fn knows(&self, key: &str) -> Result<(), QueryError> {
        let one = json!({"size": 1, "_source": ["id"], "terminate_after": 1});
        let (found, _) = self.search::<IgnoredAny, IgnoredAny>(&[of_key(key)], one)?;
        if found.is_empty() { Err(QueryError::UnknownKey) } else { Ok(()) }
    }
}

/// Executions of a key.
pub fn of_key(key: &str) -> Value {
    json!({"term": {"key": key}})
}

/// Executions that one sent.
pub fn of_token(token: Option<&String>) -> Option<Value> {
    token.map(|token| json!({"term": {"token": token}}))
}

/// Executions of a time.
pub fn of_time(from: Option<f64>, to: Option<f64>) -> Value {
    let mut range = Map::new();
    range.extend(from.map(|from| ("gte".to_owned(), from.into())));
    range.extend(to.map(|to| ("lt".to_owned(), to.into())));
    json!({"range": {"timestamp": range}})
}
