//! Metrics as text for Prometheus: its text format 0.0.4, and OpenMetrics 1.0.
//!
//! It is written here, as no crate has all of it for metrics whose names aren't known beforehand:
//! prometheus-client writes OpenMetrics alone and has no summaries, prometheus writes 0.0.4 alone
//! and panics at an untyped metric.
//!
//! ```text
//!  Sample --> Families, by metric --> Names --> text in a Format
//! ```
//!
//! All samples of a metric stand together in the text, so they are gathered first.
//!
//! ```
//! use mmstats_exposition::{
//!     Bounds, Families, Format, LabelNames, MetricType, Names, Sample, SampleValue, SeriesKey,
//! };
//!
//! let mut families = Families::new(Bounds::default(), LabelNames::reserving(["host"]));
//! families.begin("host=\"a\"".to_owned());
//! let key = SeriesKey { label: b"packets.sent to b", unit: "kB" };
//! let to_b = [("host", "b")].into_iter();
//! let sent = families.series(key, MetricType::Counter, "packets.sent", to_b);
//! let seven = Sample::Counter(SampleValue::Unsigned(7));
//! families.add(sent, || "What was sent.".to_owned(), seven);
//! let mut text = Vec::new();
//! families.write(Format::Text, &mut Names::default(), None, &mut text)?;
//! let expected = "\
//! ## HELP packets_sent_bytes_total What was sent.
//! ## TYPE packets_sent_bytes_total counter
//! packets_sent_bytes_total{host=\"a\",exported_host=\"b\"} 7000
//! ";
//! assert_eq!(String::from_utf8_lossy(&text), expected);
//! # Ok::<(), std::io::Error>(())
//! ```
#![forbid(unsafe_code)]

mod description;
mod encoder;
pub mod eviction;
mod families;
mod format;
mod hash_index;
mod histogram;
mod label_names;
mod labels;
mod metric;
mod names;
mod sample;
mod series;
mod spelling;
mod timeline;
mod unit;

pub use families::{Families, SizeLimit};
pub use format::Format;
pub use histogram::{Bounds, Buckets};
pub use label_names::LabelNames;
pub use labels::{is_label_name, push_label};
pub use names::Names;
pub use sample::{MetricType, Sample, SampleValue};
pub use series::{SeriesKey, SeriesRef};
pub use timeline::{Points, Timeline, TimelineSeries};
