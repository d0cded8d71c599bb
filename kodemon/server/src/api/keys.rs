//! `/api/keys`: the keys, their executions, and summaries of these.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats_cli::clock::now;
use mmstats_web::{Parameters, PathTail, Problem};
use serde::Serialize;

use super::parameters::time;
use super::state::{AppState, problem};
use crate::store::backend::Store;
use crate::store::query::{ExecutionsQuery, KeyRecord, KeysQuery, SummaryQuery};

/// Executions per page.
const DEFAULT_LIMIT: usize = 1_000;
const MAX_LIMIT: usize = 100_000;
/// Buckets of a summary.
const DEFAULT_BUCKETS: usize = 100;
const MAX_BUCKETS: usize = 2_000;

#[derive(Serialize)]
struct Keys {
    keys: Vec<KeyRecord>,
}

/// `GET /api/keys`.
pub async fn keys(
    parameters: Parameters,
    State(api): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    let wanted = parameters.allow_only(&["token", "since", "prefix"])?;
    let query = KeysQuery {
        token: wanted.get("token").map(str::to_owned),
        since: time(&wanted, "since")?,
        prefix: wanted.get_or_empty("prefix").to_owned(),
    };
    let result = api.query(move |store| store.keys(&query).map(|keys| Keys { keys })).await;
    result.map_err(|error| problem(&error, "", None))
}

/// `GET /api/keys/{key}/executions` and `/summary`.
pub async fn of_key(
    PathTail(rest): PathTail,
    parameters: Parameters,
    State(api): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    match rest.rsplit_once('/') {
        Some((key, "executions")) => executions(key, parameters, &api).await,
        Some((key, "summary")) => summary(key, parameters, &api).await,
        _ => {
            let reason = format!("nothing at {rest:?}; try {rest}/executions or {rest}/summary");
            Err(Problem::not_found(reason))
        }
    }
}

async fn executions(
    key: &str,
    parameters: Parameters,
    api: &AppState,
) -> Result<Response, Problem> {
    let wanted = parameters.allow_only(&["from", "to", "token", "limit", "cursor", "order"])?;
    let descending = match wanted.get("order") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => {
            return Err(Problem::bad_request(format!("order={other:?}: expected asc or desc")));
        }
    };
    let query = ExecutionsQuery {
        from: time(&wanted, "from")?,
        to: time(&wanted, "to")?,
        token: wanted.get("token").map(str::to_owned),
        limit: wanted.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT),
        // Empty for the first page.
        cursor: wanted.get("cursor").filter(|cursor| !cursor.is_empty()).map(str::to_owned),
        descending,
    };
    let (wanted_key, cursor) = (key.to_owned(), query.cursor.clone());
    let result = api.query(move |store| store.executions(&wanted_key, &query)).await;
    result.map_err(|error| problem(&error, key, cursor.as_deref()))
}

/// Of the last hour by default.
async fn summary(key: &str, parameters: Parameters, api: &AppState) -> Result<Response, Problem> {
    let wanted = parameters.allow_only(&["from", "to", "token", "buckets"])?;
    let now = now();
    let to = time(&wanted, "to")?.unwrap_or(now);
    let from = time(&wanted, "from")?.unwrap_or(to - 3600.0);
    if from > to {
        return Err(Problem::bad_request(format!("from={from}: after to={to}")));
    }
    let token = wanted.get("token").map(str::to_owned);
    let buckets = wanted.number("buckets", 1..=MAX_BUCKETS)?.unwrap_or(DEFAULT_BUCKETS);
    let (wanted_key, query) = (key.to_owned(), SummaryQuery { from, to, token, buckets });
    let rated = move |store: &dyn Store| Ok(store.summary(&wanted_key, &query)?.rated(now));
    api.query(rated).await.map_err(|error| problem(&error, key, None))
}
