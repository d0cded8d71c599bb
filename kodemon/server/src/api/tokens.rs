//! `/api/tokens`: who sends.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use mmstats_web::{Parameters, Problem};
use serde::Serialize;

use super::{Api, problem};
use crate::store::TokenRecord;

/// The route.
pub fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/tokens", get(tokens))
}

#[derive(Serialize)]
struct Tokens {
    tokens: Vec<TokenRecord>,
}

async fn tokens(parameters: Parameters, State(api): State<Arc<Api>>) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let asked = api.ask(|store| store.tokens().map(|tokens| Tokens { tokens })).await;
    asked.map_err(|error| problem(&error, "", None))
}
