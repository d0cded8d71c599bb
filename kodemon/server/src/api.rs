//! The API: questions over HTTP, answered by the store.

mod health;
mod keys;
mod metrics;
mod openapi;
mod parameters;
mod stream;
mod tokens;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use mmstats_web::{Problem, Workers, answer};
use serde::Serialize;

use crate::live::Live;
use crate::store::{Progress, QueryError, Store};
use crate::telemetry::{ReceiverStats, StoreStats, Telemetry};

/// So many questions are asked of the store at one time; further ones wait.
const ASKED_AT_ONCE: usize = 4;

/// What the routes answer from.
pub struct Api {
    store: Arc<dyn Store>,
    live: Arc<Live>,
    received: Arc<Telemetry<ReceiverStats>>,
    stores: Vec<(&'static str, Arc<Telemetry<StoreStats>>)>,
    writers: Vec<(&'static str, Progress)>,
    keep: Duration,
    workers: Workers,
    /// Beside the questions, which may all be waiting for the store.
    scraping: Workers,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("store", &self.store.name()).finish_non_exhaustive()
    }
}

impl Api {
    /// Answers from this store; the figures are those of all stores.
    pub fn new(
        store: Arc<dyn Store>,
        live: Arc<Live>,
        received: Arc<Telemetry<ReceiverStats>>,
        stores: Vec<(&'static str, Arc<Telemetry<StoreStats>>)>,
        writers: Vec<(&'static str, Progress)>,
        keep: Duration,
    ) -> Self {
        let (workers, scraping) = (Workers::new(ASKED_AT_ONCE), Workers::new(1));
        Self { store, live, received, stores, writers, keep, workers, scraping }
    }

    /// Asks the store, beside the thread that serves.
    async fn ask<T>(
        &self,
        ask: impl FnOnce(&dyn Store) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<Response, QueryError>
    where
        T: Serialize + Send + 'static,
    {
        let store = Arc::clone(&self.store);
        let ask = move || ask(&*store).map(|record| answer(&record));
        self.workers
            .run(ask)
            .await
            .unwrap_or_else(|_| Err(QueryError::Failed("the question failed".to_owned())))
    }
}

/// Why there is no answer; `key` and `cursor` are what was asked with.
fn problem(error: &QueryError, key: &str, cursor: Option<&str>) -> Problem {
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

/// All of them.
pub fn routes() -> Router<Arc<Api>> {
    Router::new()
        .merge(keys::routes())
        .merge(tokens::routes())
        .merge(stream::routes())
        .merge(health::routes())
        .route("/healthz", mmstats_web::health(health::check))
        .merge(metrics::routes())
        .merge(openapi::routes())
}
