//! `/api/stream`: what is being stored.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use mmstats_web::{Parameters, Problem, TooManyStreams};

use super::state::AppState;

/// `GET /api/stream`, of all keys or one.
pub async fn stream(
    parameters: Parameters,
    State(api): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    let wanted = parameters.only(&["key"])?;
    let stream = match wanted.given("key") {
        None => api.live.stream(),
        Some(key) => api.live.stream_of(key),
    };
    stream.map_err(|TooManyStreams| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many open streams; close one")
    })
}
