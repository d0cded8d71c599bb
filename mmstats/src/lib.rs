//! `/proc` for your application.
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[forbid(unsafe_code)]
mod file;
#[forbid(unsafe_code)]
mod format;
#[allow(unsafe_code, reason = "the one place for it")]
mod memory;
#[forbid(unsafe_code)]
mod publish;
#[forbid(unsafe_code)]
mod read;

pub use file::*;
pub use format::{Aggregate, Fault, Identity, Kind, Layout};
pub use memory::Scalar;
pub use mmstats_derive::MmStats;
pub use publish::fields::{
    Average, Counter, Fixed, FixedValue, Gauge, Histogram, MovingAverage, Number, Text, Timer,
    Timestamp, Timing, WindowedAverage,
};
pub use publish::{
    AddError, Attachments, CreateError, Declaration, Declarations, DeclareError, Field, MmStats,
    Options, PerThread, Published,
};
pub use read::{ReadOptions, Search, Stat, StatsFile, Value, find};

/// For the macros of this crate; no part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::memory::Slot;
    pub use crate::publish::Shared;
}
