//! What a stat is to Prometheus, and how its values are written.

use mmstats::{HistogramSnapshot, Value};

use crate::common::number::{push_exact, push_plain, push_signed};

/// A stat's type and present value.
#[derive(Debug)]
pub enum Sample {
    /// Only grows.
    Counter(Number),
    /// Goes up and down.
    Gauge(Number),
    /// A number of unknown kind.
    Untyped(Number),
    /// A text: a metric of 1 that has it as a label.
    Info(Box<str>),
    /// How often, and how much in all.
    Summary { count: u64, sum: f64 },
    /// How often up to which value.
    Histogram(Box<Ranges>),
}

/// The types of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    Counter,
    Gauge,
    Untyped,
    Info,
    Summary,
    Histogram,
}

/// A number that a sample has.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// A histogram by a few ranges.
#[derive(Debug)]
pub struct Ranges {
    /// How many values each limit has below it or is.
    pub counts: [u64; LIMITS.len()],
    /// How many values there are in all.
    pub count: u64,
    pub sum: f64,
}

/// The ends of a histogram's ranges: 3, 15, 63, … up to 4^19 - 1, where buckets end as well.
/// With `+Inf` they are 20, as many as one metric should have.
pub const LIMITS: [u64; 19] = {
    let mut limits = [0; 19];
    let mut index = 0;
    while index < limits.len() {
        limits[index] = (1 << (2 * (index + 1))) - 1;
        index += 1;
    }
    limits
};

impl Sample {
    pub const fn kind(&self) -> Type {
        match self {
            Self::Counter(_) => Type::Counter,
            Self::Gauge(_) => Type::Gauge,
            Self::Untyped(_) => Type::Untyped,
            Self::Info(_) => Type::Info,
            Self::Summary { .. } => Type::Summary,
            Self::Histogram(_) => Type::Histogram,
        }
    }
}

impl Type {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            // The format's version 0.0.4 has no info.
            Self::Gauge | Self::Info => "gauge",
            Self::Untyped => "untyped",
            Self::Summary => "summary",
            Self::Histogram => "histogram",
        }
    }

    /// What its samples are called by: the metric's name and one of these.
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total"],
            Self::Gauge | Self::Untyped => &[""],
            Self::Info => &["_info"],
            Self::Summary => &["", "_sum", "_count"],
            Self::Histogram => &["", "_bucket", "_sum", "_count"],
        }
    }
}

impl Number {
    /// `None` where the value is no number.
    pub const fn of(value: &Value<'_>) -> Option<Self> {
        match *value {
            Value::Unsigned(value) => Some(Self::Unsigned(value)),
            Value::Signed(value) => Some(Self::Signed(value)),
            Value::Float(value) => Some(Self::Float(value)),
            Value::Bool(value) => Some(Self::Unsigned(value as u64)),
            _ => None,
        }
    }

    /// Appends it as the format has it.
    pub fn push(self, out: &mut Vec<u8>) {
        match self {
            Self::Unsigned(value) => push_plain(out, value),
            Self::Signed(value) => push_signed(out, value, None),
            Self::Float(f64::INFINITY) => out.extend_from_slice(b"+Inf"),
            Self::Float(f64::NEG_INFINITY) => out.extend_from_slice(b"-Inf"),
            Self::Float(value) => push_exact(out, value),
        }
    }
}

impl Ranges {
    /// Cumulative counts up to the ends of the same few ranges at any time, whatever the values:
    /// only so can rates be taken of them.
    pub fn of(histogram: &HistogramSnapshot) -> Self {
        let (mut sum, mut count) = (0.0, 0_u64);
        let mut buckets = histogram.buckets().peekable();
        let mut count_up_to = |limit: u64| {
            while let Some(bucket) = buckets.next_if(|bucket| *bucket.values.end() <= limit) {
                sum += bucket.middle() * bucket.count as f64;
                count = count.wrapping_add(bucket.count);
            }
            count
        };
        let counts = LIMITS.map(&mut count_up_to);
        let count = count_up_to(u64::MAX);
        Self { counts, count, sum }
    }
}
