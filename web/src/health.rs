//! `/healthz`, for whoever supervises the server.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

/// The route: 200 and `ok`, or 503 and the reason that `check` returns.
///
/// The check runs on the thread that serves, so that it answers whatever else is busy; it must not
/// wait for anything.
pub fn health<S>(check: fn(&S) -> Result<(), String>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let answer = move |State(state): State<S>| async move {
        match check(&state) {
            Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
            Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason + "\n"),
        }
    };
    Router::new().route("/healthz", get(answer))
}
