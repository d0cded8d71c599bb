//! The routes of the original's mmash 0.8.0, with its answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::poller::Poller;

/// `/stats/`, `/files/`, …
pub fn routes() -> Router<Arc<Poller>> {
    Router::new().route("/stats/", get(labels))
}

#[derive(Serialize)]
struct Labels {
    stats: BTreeSet<String>,
}

/// Every label, sorted.
async fn labels(State(poller): State<Arc<Poller>>) -> Json<Labels> {
    let snapshot = poller.snapshot();
    let stats = snapshot.files.iter().flat_map(|seen| seen.file.stats());
    Json(Labels { stats: stats.map(|stat| stat.label().into_owned()).collect() })
}
