//! `/api/health`: whether messages are stored, and what became of those received; `/healthz`, for
//! supervisors.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use mmstats_web::{Parameters, Problem, json_response};
use serde::Serialize;

use super::state::AppState;
use crate::telemetry::StoreCounts;

/// A store is stuck if messages are queued and none has been stored for this long.
const STUCK: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Health {
    /// The version of the server.
    version: &'static str,
    /// Whether the last write of every store succeeded.
    healthy: bool,
    /// The retention time in seconds.
    keep: f64,
    /// Datagrams received.
    received: u64,
    /// Those of them that were refused, by reason.
    refused: BTreeMap<&'static str, u64>,
    /// Datagrams dropped by the kernel, which aren't in `received`.
    dropped_by_kernel: u64,
    /// What became of the others, by store.
    stores: BTreeMap<&'static str, StoreCounts>,
}

/// `GET /api/health`.
pub async fn health(
    parameters: Parameters,
    State(api): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    parameters.allow_only(&[])?;
    let stores =
        api.stores.iter().map(|(name, telemetry)| (*name, telemetry.with(StoreCounts::of)));
    let healthy = api.stores.iter().all(|(_, telemetry)| telemetry.with(|it| it.writable.get()));
    let (stores, keep) = (stores.collect(), api.keep.as_secs_f64());
    Ok(json_response(&api.received.with(|received| Health {
        version: env!("CARGO_PKG_VERSION"),
        healthy,
        keep,
        received: received.messages.get(),
        refused: received.refused().into(),
        dropped_by_kernel: received.dropped.get(),
        stores,
    })))
}

/// Whether every store makes progress.
pub fn check(api: &Arc<AppState>) -> Result<(), String> {
    let stuck = api.progress.iter().map(|(name, progress)| (name, progress.stuck_for()));
    match stuck.max_by_key(|(_, stuck_for)| *stuck_for) {
        Some((name, stuck_for)) if stuck_for > STUCK => {
            let seconds = stuck_for.as_secs();
            Err(format!("{name}: messages are queued, but none was stored for {seconds} s"))
        }
        _ => Ok(()),
    }
}
