//! The HTTP API, and `/metrics`.

mod health;
mod keys;
mod metrics;
mod parameters;
mod state;
mod stream;
mod tokens;

use mmstats_web::Asset;

pub use health::{check, health};
pub use keys::{keys, of_key};
pub use metrics::metrics;
pub use state::AppState;
pub use stream::stream;
pub use tokens::tokens;

/// The OpenAPI document.
pub const OPENAPI: Asset =
    Asset { path: "api/openapi.json", content: include_str!("api/openapi.json") };
