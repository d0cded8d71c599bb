//! `/api/health`: whether messages are stored, and what became of those that came.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use web::{Parameters, Problem, answer};

use super::Api;

/// The route.
pub fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/health", get(health))
}

#[derive(Serialize)]
struct Health {
    /// The version of the server.
    version: &'static str,
    /// Whether every store could be written the last time.
    healthy: bool,
    /// For so many seconds executions are kept.
    keep: f64,
    /// Datagrams that came.
    received: u64,
    /// Those of them that aren't taken, by reason.
    refused: BTreeMap<&'static str, u64>,
    /// Datagrams that the kernel dropped before they came.
    dropped_by_kernel: u64,
    /// What became of the others, by store.
    stores: BTreeMap<&'static str, StoreHealth>,
}

#[derive(Serialize)]
struct StoreHealth {
    stored: u64,
    /// The queue before the store was full.
    dropped: u64,
    /// The store refused them.
    failed: u64,
    waiting: u64,
    /// How often the store couldn't be written.
    errors: u64,
}

async fn health(parameters: Parameters, State(api): State<Arc<Api>>) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let stores = api.stores.iter().map(|(name, figures)| {
        let health = figures.with(|figures| StoreHealth {
            stored: figures.stored.get(),
            dropped: figures.dropped.get(),
            failed: figures.failed.get(),
            waiting: figures.waiting.get(),
            errors: figures.errors.get(),
        });
        (*name, health)
    });
    let healthy = api.stores.iter().all(|(_, figures)| figures.with(|it| it.writable.get()));
    let (stores, keep) = (stores.collect(), api.keep.as_secs_f64());
    Ok(answer(&api.received.with(|received| Health {
        version: env!("CARGO_PKG_VERSION"),
        healthy,
        keep,
        received: received.messages.get(),
        refused: BTreeMap::from([
            ("malformed", received.malformed.get()),
            ("oversized", received.oversized.get()),
            ("time", received.time.get()),
            ("token", received.token.get()),
            ("names", received.names.get()),
        ]),
        dropped_by_kernel: received.dropped.get(),
        stores,
    })))
}
