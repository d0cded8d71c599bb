//! `/api/tokens`: the senders.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats_web::{Parameters, Problem};
use serde::Serialize;

use super::state::{AppState, problem};
use crate::store::query::TokenRecord;

#[derive(Serialize)]
struct Tokens {
    tokens: Vec<TokenRecord>,
}

/// `GET /api/tokens`.
pub async fn tokens(
    parameters: Parameters,
    State(api): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    parameters.allow_only(&[])?;
    let result = api.query(|store| store.tokens().map(|tokens| Tokens { tokens })).await;
    result.map_err(|error| problem(&error, "", None))
}
