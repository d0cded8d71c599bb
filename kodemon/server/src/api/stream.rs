//! `/api/stream`: what is being stored.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats_web::{Parameters, Problem};

use super::state::AppState;

/// `GET /api/stream`, of all keys or one.
pub async fn stream(
    parameters: Parameters,
    State(api): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    let wanted = parameters.allow_only(&["key"])?;
    let stream = match wanted.get("key") {
        None => api.live.stream(),
        Some(key) => api.live.stream_of(key),
    };
    Ok(stream?)
}
