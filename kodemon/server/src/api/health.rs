//! `/api/health`: whether messages are stored, and what became of those that came; `/healthz`, for
//! whoever supervises.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use mmstats_web::{Parameters, Problem, answer};
use serde::Serialize;

use super::Api;
use crate::telemetry::StoreCounts;

/// A writer is stuck when messages wait and none has been stored for so long.
const STUCK: Duration = Duration::from_secs(10);

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
    stores: BTreeMap<&'static str, StoreCounts>,
}

async fn health(parameters: Parameters, State(api): State<Arc<Api>>) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let stores =
        api.stores.iter().map(|(name, telemetry)| (*name, telemetry.with(StoreCounts::of)));
    let healthy = api.stores.iter().all(|(_, telemetry)| telemetry.with(|it| it.writable.get()));
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

/// Whether every store's writer gets on.
pub fn check(api: &Arc<Api>) -> Result<(), String> {
    let stuck = api.writers.iter().map(|(name, progress)| (name, progress.stuck_for()));
    match stuck.max_by_key(|(_, stuck_for)| *stuck_for) {
        Some((name, stuck_for)) if stuck_for > STUCK => {
            let seconds = stuck_for.as_secs();
            Err(format!("{name}: messages are waiting, and none was stored for {seconds} s"))
        }
        _ => Ok(()),
    }
}
