//! What the programs of mmstats share that keep their data in a SQLite file. The crate knows no
//! tables, no stats and no messages, and its API may change with any release.
//!
//! - [`varint`]: integers of variable length, for what is in blobs;
//! - [`Damaged`]: a value can't be used.
#![forbid(unsafe_code)]

mod damaged;
pub mod varint;

pub use damaged::Damaged;
