//! What the handlers share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use mmstats_web::{Problem, Workers, json_response};
use serde::Serialize;

use crate::ingest::Progress;
use crate::live::Live;
use crate::store::backend::Store;
use crate::store::query::QueryError;
use crate::telemetry::{ReceiverStats, StoreStats, Telemetry};

/// Maximum number of concurrent queries; further ones wait.
const MAX_QUERIES: usize = 4;

/// The state of the server that handlers answer from.
pub struct AppState {
    /// The store that is queried.
    pub(super) store: Arc<dyn Store>,
    pub(super) live: Arc<Live>,
    pub(super) received: Arc<Telemetry<ReceiverStats>>,
    pub(super) stores: Vec<(&'static str, Arc<Telemetry<StoreStats>>)>,
    pub(super) progress: Vec<(&'static str, Progress)>,
    pub(super) keep: Duration,
    workers: Workers,
    /// Apart from the queries, which may all be waiting for the store.
    pub(super) scraping: Workers,
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("store", &self.store.name()).finish_non_exhaustive()
    }
}

impl AppState {
    /// Answers queries from `store`; the stats are those of all stores.
    pub fn new(
        store: Arc<dyn Store>,
        live: Arc<Live>,
        received: Arc<Telemetry<ReceiverStats>>,
        stores: Vec<(&'static str, Arc<Telemetry<StoreStats>>)>,
        progress: Vec<(&'static str, Progress)>,
        keep: Duration,
    ) -> Self {
        let (workers, scraping) = (Workers::new(MAX_QUERIES), Workers::new(1));
        Self { store, live, received, stores, progress, keep, workers, scraping }
    }

    /// Runs a query on a worker thread.
    pub(super) async fn query<T>(
        &self,
        query: impl FnOnce(&dyn Store) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<Response, QueryError>
    where
        T: Serialize + Send + 'static,
    {
        let store = Arc::clone(&self.store);
        let query = move || query(&*store).map(|record| json_response(&record));
        self.workers
            .run(query)
            .await
            .unwrap_or_else(|_| Err(QueryError::Failed("the query failed".to_owned())))
    }
}

/// The error response to a query with this key and cursor.
pub(super) fn problem(error: &QueryError, key: &str, cursor: Option<&str>) -> Problem {
    match error {
        QueryError::UnknownKey => Problem::not_found(format!("key={key:?}: {error}")),
        QueryError::Cursor => {
            let cursor = cursor.unwrap_or_default();
            Problem::bad_request(format!("cursor={cursor:?}: {error}"))
        }
        QueryError::TooLong(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        QueryError::Failed(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}
