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
use crate::figures::Became;

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
    stores: BTreeMap<&'static str, Became>,
}

async fn health(parameters: Parameters, State(api): State<Arc<Api>>) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let stores = api.stores.iter().map(|(name, figures)| (*name, figures.with(Became::of)));
    let healthy = api.stores.iter().all(|(_, figures)| figures.with(|it| it.writable.get()));
    let (stores, keep) = (stores.collect(), api.keep.as_secs_f64());
    Ok(answer(&api.received.with(|received| Health {
        version: env!("CARGO_PKG_VERSION"),
        healthy,
        keep,
        received: received.messages.get(),
        refused: received.refused().into(),
        dropped_by_kernel: received.dropped.get(),
        stores,
    })))
}
