//! The JSON API, version 1, and `/metrics`.

mod by_process;
mod ended;
mod files;
mod history;
mod life;
mod metrics;
mod names;
mod selector;
mod stats;
mod stream;

use mmstats_web::Asset;

pub use ended::ended;
pub use files::files;
pub use history::history;
pub use metrics::metrics;
pub use names::name;
pub use stats::{stat, stats};
pub use stream::stream;

/// The OpenAPI document.
pub const OPENAPI: Asset =
    Asset { path: "api/v1/openapi.json", content: include_str!("openapi.json") };
