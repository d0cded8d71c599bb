//! `/api/v1/stream`: what changes from poll to poll.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use mmstats_web::{Parameters, Problem};

use crate::state::AppState;

pub async fn stream(
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    parameters.only(&[])?;
    state.feed.stream().map_err(|_| {
        let reason = "as many pages watch as may; close one";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason)
    })
}
