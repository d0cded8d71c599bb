//! Samples, and how their values are written.

use mmstats_cli::number::{push_exact, push_plain, push_signed};

use crate::histogram::Buckets;

/// A metric's value at one moment, with the type that it needs.
#[derive(Debug)]
pub enum Sample {
    /// Only grows.
    Counter(SampleValue),
    /// Goes up and down.
    Gauge(SampleValue),
    /// A number of unknown kind.
    Untyped(SampleValue),
    /// A text: a metric of 1 with the text as a label.
    Info(Box<str>),
    /// How many observations, and their sum.
    Summary {
        /// How many.
        count: u64,
        /// Their sum.
        sum: f64,
    },
    /// How many observations up to which bound.
    Histogram(Box<Buckets>),
}

/// The types of metrics, as Prometheus names them.
#[allow(missing_docs, reason = "their names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MetricType {
    Counter,
    Gauge,
    Untyped,
    Info,
    Summary,
    Histogram,
}

/// The number in a sample.
#[allow(missing_docs, reason = "their names say it")]
#[derive(Clone, Copy, Debug)]
pub enum SampleValue {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Sample {
    /// A counter; `None` where the formats don't allow the value, see [`is_sum`](Self::is_sum).
    pub fn counter(value: SampleValue) -> Option<Self> {
        let is_count = match value {
            SampleValue::Unsigned(_) => true,
            SampleValue::Signed(value) => value >= 0,
            SampleValue::Float(value) => Self::is_sum(value),
        };
        is_count.then_some(Self::Counter(value))
    }

    /// Whether observations may have this sum. Both formats take it for a counter, which is never
    /// negative and never NaN; an infinite one would be infinite for good.
    pub fn is_sum(sum: f64) -> bool {
        sum.is_finite() && sum >= 0.0
    }

    /// The type of its metric.
    pub const fn metric_type(&self) -> MetricType {
        match self {
            Self::Counter(_) => MetricType::Counter,
            Self::Gauge(_) => MetricType::Gauge,
            Self::Untyped(_) => MetricType::Untyped,
            Self::Info(_) => MetricType::Info,
            Self::Summary { .. } => MetricType::Summary,
            Self::Histogram(_) => MetricType::Histogram,
        }
    }
}

impl MetricType {
    /// What follows the metric's name in that of its only sample.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Counter => "_total",
            Self::Info => "_info",
            Self::Gauge | Self::Untyped | Self::Summary | Self::Histogram => "",
        }
    }

    /// What follows the metric's name in each name that it reserves.
    pub(crate) const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge | Self::Untyped => &[""],
            Self::Info => &["", "_info"],
            Self::Summary => &["", "_sum", "_count", "_created"],
            Self::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
        }
    }
}

impl SampleValue {
    /// The nearest float.
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Unsigned(value) => value as f64,
            Self::Signed(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        match self {
            Self::Unsigned(value) => value == 0,
            Self::Signed(value) => value == 0,
            Self::Float(value) => value == 0.0,
        }
    }

    /// Appends it as both formats write it.
    pub(crate) fn push(self, out: &mut Vec<u8>) {
        match self {
            Self::Unsigned(value) => push_plain(out, value),
            Self::Signed(value) => push_signed(out, value, None),
            Self::Float(f64::INFINITY) => out.extend_from_slice(b"+Inf"),
            Self::Float(f64::NEG_INFINITY) => out.extend_from_slice(b"-Inf"),
            Self::Float(value) => push_exact(out, value),
        }
    }
}
