//! Responses in JSON.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use mmstats_cli::json;
use serde::Serialize;

/// A line of JSON: numbers are exact, and control characters are escaped.
pub fn json_response(value: &impl Serialize) -> Response {
    let body = json::text(value) + "\n";
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
