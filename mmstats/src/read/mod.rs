//! The reader: anybody's stats files as typed values.

mod decode;
mod field;
mod options;
mod search;
mod stat;
mod stats_file;
mod value;
#[cfg(test)]
mod vectors;

pub use options::ReadOptions;
pub use search::{Search, find};
pub use stat::Stat;
pub use stats_file::StatsFile;
pub use value::Value;
