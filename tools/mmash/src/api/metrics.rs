//! `/metrics`: what Prometheus scrapes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mmstats_exposition::Format;
use mmstats_web::{Exposition, Problem, chained_body};

use crate::metrics::age;
use crate::state::AppState;

pub async fn metrics(
    State(state): State<Arc<AppState>>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let exposition = Exposition::negotiate(&request);
    let format = match exposition {
        Exposition::Text => Format::Text,
        Exposition::OpenMetrics => Format::OpenMetrics,
    };
    let metrics = Arc::clone(&state.metrics);
    let text = metrics.scrape(format, move || state.snapshot()).await?;
    Ok(exposition.response(chained_body(age(&text), text.bytes)))
}
