//! What is known of a request once it is answered, for whoever counts or logs.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode, Uri};

/// A request and how it was answered. The method and the target are the client's words.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// What was asked for.
    pub method: &'a Method,
    /// The path, and what stands behind its `?`.
    pub target: &'a Uri,
    /// How it was answered.
    pub status: StatusCode,
    /// Until the answer could begin; a stream goes on.
    pub took: Duration,
}

/// Is told of each request.
pub type Witness = Arc<dyn Fn(&Answered<'_>) + Send + Sync>;
