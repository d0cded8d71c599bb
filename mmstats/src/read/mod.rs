//! The reader: anybody's stats files as typed values.

mod aggregator;
mod copies;
mod decode;
mod field;
mod histogram;
mod layout;
mod options;
mod search;
mod stat;
mod stats_file;
mod value;
#[cfg(test)]
mod vectors;

pub use aggregator::{Aggregator, UnknownAggregator};
pub use histogram::{Bucket, HistogramSnapshot};
pub use layout::FieldLayout;
pub use options::ReadOptions;
pub use search::{Search, find};
pub use stat::Stat;
pub use stats_file::StatsFile;
pub use value::Value;
