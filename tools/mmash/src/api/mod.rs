//! The JSON API, version 1.

mod by_process;
mod files;
mod openapi;
mod stats;

use std::sync::Arc;

use axum::Router;

use crate::polling::Poller;
pub use by_process::Spreads;

/// All of its routes but the stream.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new().merge(files::routes()).merge(stats::routes()).merge(openapi::routes())
}
