//! What one file contributes to a column in one interval.

use mmstats::{HistogramSnapshot, Value};

/// What a stat counted in an interval, or what it is at its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Measurement {
    /// How much a counter grew.
    Counter(u64),
    /// A number that goes up and down, and wraps.
    UpDown {
        /// What it is.
        now: i64,
        /// How it changed.
        new: i64,
    },
    /// A number or flag that stands for itself.
    Gauge(Value<'static>),
    /// Durations or other values that are averaged: how many, and their sum.
    Total {
        /// How many values.
        count: u64,
        /// Their sum.
        total: f64,
    },
    /// The mean of recent values.
    Mean {
        /// The mean.
        mean: f64,
        /// Its number of values, if that is known.
        count: Option<u64>,
    },
    /// Values in buckets.
    Histogram(HistogramSnapshot),
    /// A text.
    Text(String),
    /// No value at present: an average whose span of time has passed without one, or the state
    /// of a program that is dead.
    Absent,
    /// A moment that hasn't come yet.
    Never,
}

impl Measurement {
    /// Whether it is a state rather than a count.
    pub const fn is_state(&self) -> bool {
        !matches!(self, Self::Counter(_) | Self::Total { .. } | Self::Histogram(_))
    }
}
