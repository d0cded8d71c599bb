//! What is known of a request once its response begins, for telemetry and logs.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode, Uri};

/// A request and its response. The method and the URI are the client's input.
#[derive(Clone, Copy, Debug)]
pub struct RequestSummary<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path and the query.
    pub uri: &'a Uri,
    /// The status of the response.
    pub status: StatusCode,
    /// Time until the response began; a stream goes on.
    pub latency: Duration,
}

/// Called with each request when its response begins.
pub type OnResponse = Arc<dyn Fn(&RequestSummary<'_>) + Send + Sync>;
