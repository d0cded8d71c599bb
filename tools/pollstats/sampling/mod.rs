//! Reading the files, and what changed in them between two polls.

pub mod catalog;
pub mod changes;
pub mod column_kind;
mod field;
pub mod fields;
pub mod filter;
pub mod measurement;
pub mod poller;
pub mod sampler;
pub mod snapshot;
