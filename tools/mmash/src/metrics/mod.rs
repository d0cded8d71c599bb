//! What Prometheus scrapes.

mod counts;
mod cumulative;
mod gather;
mod options;
mod process_labels;
mod scrape;
mod text_cache;

pub use options::{GroupBy, MetricsOptions};
pub use scrape::{Metrics, age};
