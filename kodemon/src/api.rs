//! The API: questions over HTTP, answered by the store.

mod health;
mod keys;
mod parameters;
mod stream;
mod tokens;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use tokio::sync::Semaphore;
use web::{Problem, answer};

use crate::figures::{Figures, Received, Stored};
use crate::live::Live;
use crate::store::{QueryError, Store};

/// So many questions are asked of the store at one time; further ones wait.
const ASKED_AT_ONCE: usize = 4;

/// What the routes answer from.
pub struct Api {
    store: Arc<dyn Store>,
    live: Arc<Live>,
    received: Arc<Figures<Received>>,
    stores: Vec<(&'static str, Arc<Figures<Stored>>)>,
    keep: Duration,
    free: Arc<Semaphore>,
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
        received: Arc<Figures<Received>>,
        stores: Vec<(&'static str, Arc<Figures<Stored>>)>,
        keep: Duration,
    ) -> Self {
        let free = Arc::new(Semaphore::new(ASKED_AT_ONCE));
        Self { store, live, received, stores, keep, free }
    }

    /// Asks the store, beside the thread that serves.
    async fn ask<T>(
        &self,
        ask: impl FnOnce(&dyn Store) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<Response, Problem>
    where
        T: Serialize + Send + 'static,
    {
        let permit = Arc::clone(&self.free).acquire_owned().await;
        let store = Arc::clone(&self.store);
        let asked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            ask(&*store).map(|record| answer(&record))
        });
        match asked.await {
            Ok(answered) => answered.map_err(|error| problem(&error)),
            Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the question failed")),
        }
    }
}

fn problem(error: &QueryError) -> Problem {
    let status = match error {
        QueryError::UnknownKey => StatusCode::NOT_FOUND,
        QueryError::Cursor => StatusCode::BAD_REQUEST,
        QueryError::TooLong(_) => StatusCode::SERVICE_UNAVAILABLE,
        QueryError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Problem::new(status, error.to_string())
}

/// All of them.
pub fn routes() -> Router<Arc<Api>> {
    Router::new()
        .merge(keys::routes())
        .merge(tokens::routes())
        .merge(stream::routes())
        .merge(health::routes())
}
