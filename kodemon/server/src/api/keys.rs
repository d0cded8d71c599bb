//! `/api/keys`: the functions, their executions, and how these were spread.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use mmstats_cli::clock::now;
use mmstats_web::{Parameters, Problem, Rest};
use serde::Serialize;

use super::parameters::time;
use super::{Api, problem};
use crate::store::{ExecutionsQuery, KeyRecord, KeysQuery, Store, SummaryQuery};

/// So many executions a page has, unless told.
const LIMIT: usize = 1_000;
const MOST: usize = 100_000;
/// So many steps a summary has, unless told.
const BUCKETS: usize = 100;
const MOST_BUCKETS: usize = 2_000;

/// The routes. What stands behind a key, which may have slashes, is told apart by its end.
pub fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/keys", get(keys)).route("/api/keys/{*key}", get(of_key))
}

#[derive(Serialize)]
struct Keys {
    keys: Vec<KeyRecord>,
}

async fn keys(parameters: Parameters, State(api): State<Arc<Api>>) -> Result<Response, Problem> {
    let wanted = parameters.only(&["token", "since", "prefix"])?;
    let query = KeysQuery {
        token: wanted.given("token").map(str::to_owned),
        since: time(&wanted, "since")?,
        prefix: wanted.first("prefix").to_owned(),
    };
    let asked = api.ask(move |store| store.keys(&query).map(|keys| Keys { keys })).await;
    asked.map_err(|error| problem(&error, "", None))
}

async fn of_key(
    Rest(rest): Rest,
    parameters: Parameters,
    State(api): State<Arc<Api>>,
) -> Result<Response, Problem> {
    match rest.rsplit_once('/') {
        Some((key, "executions")) => executions(key, parameters, &api).await,
        Some((key, "summary")) => summary(key, parameters, &api).await,
        _ => {
            let reason =
                format!("there is nothing at {rest:?}: {rest}/executions is, and /summary");
            Err(Problem::not_found(reason))
        }
    }
}

async fn executions(key: &str, parameters: Parameters, api: &Api) -> Result<Response, Problem> {
    let wanted = parameters.only(&["from", "to", "token", "limit", "cursor", "order"])?;
    let descending = match wanted.given("order") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => {
            return Err(Problem::bad_request(format!("order={other:?}: asc or desc")));
        }
    };
    let query = ExecutionsQuery {
        from: time(&wanted, "from")?,
        to: time(&wanted, "to")?,
        token: wanted.given("token").map(str::to_owned),
        limit: wanted.number("limit", 1..=MOST)?.unwrap_or(LIMIT),
        // An empty one is that of the first page.
        cursor: wanted.given("cursor").filter(|cursor| !cursor.is_empty()).map(str::to_owned),
        descending,
    };
    let (asked, cursor) = (key.to_owned(), query.cursor.clone());
    let asked = api.ask(move |store| store.executions(&asked, &query)).await;
    asked.map_err(|error| problem(&error, key, cursor.as_deref()))
}

/// Of the last hour, unless told.
async fn summary(key: &str, parameters: Parameters, api: &Api) -> Result<Response, Problem> {
    let wanted = parameters.only(&["from", "to", "token", "buckets"])?;
    let now = now();
    let to = time(&wanted, "to")?.unwrap_or(now);
    let from = time(&wanted, "from")?.unwrap_or(to - 3600.0);
    if from > to {
        return Err(Problem::bad_request(format!("from={from}: it is after to={to}")));
    }
    let token = wanted.given("token").map(str::to_owned);
    let buckets = wanted.number("buckets", 1..=MOST_BUCKETS)?.unwrap_or(BUCKETS);
    let (asked, query) = (key.to_owned(), SummaryQuery { from, to, token, buckets });
    let rated = move |store: &dyn Store| Ok(store.summary(&asked, &query)?.rated(now));
    api.ask(rated).await.map_err(|error| problem(&error, key, None))
}
