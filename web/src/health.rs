//! `/healthz`, for what supervises the server.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get};

/// The handler: 200 and `ok`, or 503 and the reason that `check` returns.
///
/// The check runs on the thread that serves, so that it answers however busy the workers are; it
/// must not block.
pub fn health<S>(check: fn(&S) -> Result<(), String>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move |State(state): State<S>| async move {
        match check(&state) {
            Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
            Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason + "\n"),
        }
    })
}
