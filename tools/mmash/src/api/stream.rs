//! `/api/v1/stream`: what changes from poll to poll.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats_web::{Parameters, Problem};

use crate::state::AppState;

pub async fn stream(
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    parameters.allow_only(&[])?;
    Ok(state.live.open(Arc::clone(state.poller()))?)
}
