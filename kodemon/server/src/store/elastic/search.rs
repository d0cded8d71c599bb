//! Searches. A query may need several, which share one timeout.

use std::time::Instant;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::client::{Cause, Client, JSON};
use super::index;
use super::reason::Reason;
use crate::store::query::QueryError;

/// The searches of a query.
pub struct SearchSession<'a> {
    client: &'a Client,
    deadline: Instant,
}

/// The response: documents and aggregations.
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

impl<'a> SearchSession<'a> {
    /// The time starts to run: the timeout of one request.
    pub fn new(client: &'a Client) -> Self {
        Self { client, deadline: Instant::now() + client.timeout }
    }

    /// Searches all indices. The filters are those of a `bool` query.
    pub fn search<D: DeserializeOwned, A: DeserializeOwned>(
        &self,
        filters: &[Value],
        mut search: Value,
    ) -> Result<(Vec<D>, Option<A>), QueryError> {
        let too_long = QueryError::TooLong(self.client.timeout);
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(too_long);
        }
        search["query"] = json!({"bool": {"filter": filters}});
        search["timeout"] = json!(format!("{}ms", left.as_millis()));
        search["track_total_hits"] = json!(false);
        let (path, body) = (format!("/{}/_search", index::ALL), search.to_string());
        let response =
            self.client.request_within(Method::POST, &path, (JSON, body.as_bytes()), left);
        let found: Found<D, A> = response.map_err(|error| match error.cause {
            Cause::Timeout(_) => too_long.clone(),
            _ => QueryError::Failed(error.to_string()),
        })?;
        if found.timed_out {
            return Err(too_long);
        }
        // A partial result is an error.
        let Shards { failed, total, failures } = found.shards;
        if failed > 0 {
            let reason = failures.into_iter().find_map(|failure| failure.reason);
            let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
            let reason = format!("{failed} of {total} shards failed{reason}");
            return Err(QueryError::Failed(self.client.bad_response(reason).to_string()));
        }
        let documents = found.hits.hits.into_iter().map(|hit| hit.document);
        Ok((documents.collect(), found.aggregations))
    }

    /// Returns an error if the key is unknown; to be called if nothing was found.
    pub fn check_key(&self, key: &str) -> Result<(), QueryError> {
        let one = json!({"size": 1, "_source": ["id"], "terminate_after": 1});
        let (found, _) = self.search::<IgnoredAny, IgnoredAny>(&[by_key(key)], one)?;
        if found.is_empty() { Err(QueryError::UnknownKey) } else { Ok(()) }
    }
}

/// Filters by key.
pub fn by_key(key: &str) -> Value {
    json!({"term": {"key": key}})
}

/// Filters by token.
pub fn by_token(token: Option<&String>) -> Option<Value> {
    token.map(|token| json!({"term": {"token": token}}))
}

/// Filters by time.
pub fn by_time(from: Option<f64>, to: Option<f64>) -> Value {
    let mut range = Map::new();
    range.extend(from.map(|from| ("gte".to_owned(), from.into())));
    range.extend(to.map(|to| ("lt".to_owned(), to.into())));
    json!({"range": {"timestamp": range}})
}
