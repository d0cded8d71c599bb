//! What Prometheus reads: its text format 0.0.4, and OpenMetrics 1.0.
//!
//! It is written here, as no crate has all of it for metrics that nobody knows beforehand:
//! prometheus-client writes OpenMetrics alone and has no summaries, prometheus writes 0.0.4 alone
//! and panics at an untyped metric.
//!
//! ```text
//!  stats, totals --> Sample --> Families, by metric --> Names --> text of one Format
//! ```
//!
//! Every metric's samples stand together in the text, so they are gathered over all files first.

mod base;
mod families;
mod names;
mod ranges;
mod sample;
mod spelling;
mod text;

pub use families::{Families, unit_of};
pub use names::{AGE, Names};
pub use ranges::{Limits, Ranges};
pub use sample::{Number, Sample, Type};
pub use text::{Format, label_value};
