//! The reader: stats files as typed values.

mod aggregator;
mod budget;
mod changes;
pub(crate) mod consistent;
mod content;
mod decode;
mod histogram;
mod layout;
mod locate;
mod options;
mod parsed;
mod parsed_field;
mod process_key;
mod recorded;
mod search;
mod stat;
mod stats_file;
mod structure;
mod sys_fields;
#[cfg(test)]
mod tests;
mod update;
mod value;
mod watch;
mod words;

pub use aggregator::{Aggregator, ParseAggregatorError};
pub use budget::ReadBudget;
pub use changes::{Changes, FileChange, FileEvent, Increase};
pub use histogram::{Bucket, HistogramSnapshot};
pub use layout::FieldLayout;
pub use options::ReadOptions;
pub use process_key::ProcessKey;
pub use recorded::StructureId;
pub use search::{Search, find};
pub use stat::Stat;
pub use stats_file::StatsFile;
pub use update::{Update, UpdateParts, WatchedFile};
pub use value::Value;
pub use watch::Watch;
