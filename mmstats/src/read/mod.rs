//! The reader: anybody's stats files as typed values.

mod aggregator;
#[cfg(test)]
mod bad_files;
mod budget;
pub(crate) mod copies;
mod decode;
mod field;
mod histogram;
mod layout;
mod options;
mod parsed;
mod process_key;
mod search;
mod stat;
mod stats_file;
mod value;
#[cfg(test)]
mod vectors;

pub use aggregator::{Aggregator, ParseAggregatorError};
pub use budget::ReadBudget;
pub use histogram::{Bucket, HistogramSnapshot};
pub use layout::FieldLayout;
pub use options::ReadOptions;
pub use process_key::ProcessKey;
pub use search::{Search, find};
pub use stat::Stat;
pub use stats_file::StatsFile;
pub use value::Value;
