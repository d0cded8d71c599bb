//! `/proc` for your application.
#![deny(unsafe_code)]
#![warn(missing_docs)]
#![allow(dead_code, unused_imports, reason = "scaffold")]

#[forbid(unsafe_code)]
pub mod format;
#[forbid(unsafe_code)]
mod file;
#[forbid(unsafe_code)]
mod read;

pub use file::ReadError;
pub use format::{Aggregate, Fault, Identity, Kind, Layout};
pub use read::{ReadOptions, Search, Stat, StatsFile, Value, find};
