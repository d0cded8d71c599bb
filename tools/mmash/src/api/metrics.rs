//! `/metrics`: what Prometheus scrapes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mmstats_web::{Problem, chained_body, exposition_response, negotiate_exposition};

use crate::metrics::age;
use crate::state::AppState;

pub async fn metrics(
    State(state): State<Arc<AppState>>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let format = negotiate_exposition(&request);
    let metrics = Arc::clone(&state.metrics);
    let text = metrics.scrape(format, Arc::clone(state.poller())).await?;
    Ok(exposition_response(format, chained_body(age(&text), text.bytes)))
}
