//! `/api/stream`: what is stored, as it is.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use mmstats_web::{Parameters, Problem, TooManyStreams};

use super::Api;

/// The route.
pub fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/stream", get(stream))
}

async fn stream(parameters: Parameters, State(api): State<Arc<Api>>) -> Result<Response, Problem> {
    let wanted = parameters.only(&["key"])?;
    let stream = match wanted.given("key") {
        None => api.live.all(),
        Some(key) => api.live.of(key),
    };
    stream.map_err(|TooManyStreams| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "as many watch as may; close one")
    })
}
