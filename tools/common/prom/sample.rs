//! What a stat is to Prometheus, and how its values are written.

use mmstats::{HistogramSnapshot, Kind, Stat, Value};

use super::ranges::{Limits, Ranges};
use crate::common::number::{push_exact, push_plain, push_signed};
use crate::common::totals::{Together, Total};

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
    Summary {
        /// How often.
        count: u64,
        /// How much in all.
        sum: f64,
    },
    /// How often up to which value.
    Histogram(Box<Ranges>),
}

/// The types of metrics, as Prometheus names them.
#[allow(missing_docs, reason = "their names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    Counter,
    Gauge,
    Untyped,
    Info,
    Summary,
    Histogram,
}

/// A number that a sample has.
#[allow(missing_docs, reason = "their names say it")]
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Sample {
    /// Of a stat of one file; `None` where it is no number or text, or has a value that the formats
    /// don't allow.
    pub fn of_stat(stat: &Stat<'_>, limits: &Limits) -> Option<Self> {
        let kind = stat.kind();
        match kind {
            Some(Kind::Histogram) => {
                if let Some(histogram) = stat.histogram() {
                    return Self::of_histogram(&histogram, limits);
                }
            }
            // Only a timer is a summary, and most stats aren't: looking takes longer than the value.
            Some(Kind::Timer) => {
                let count = stat.component("count");
                let sum = stat.component("total");
                if let (Some(count), Some(sum)) = (count, sum) {
                    return Self::of_count_and_sum(&count, &sum);
                }
            }
            _ => {}
        }
        Self::of_value(kind, &stat.value())
    }

    /// Of what a stat of several files adds up to; `None` where it adds up to nothing, or to what
    /// the formats don't allow.
    pub fn of_total(total: &Total, limits: &Limits) -> Option<Self> {
        if let Some(histogram) = total.histogram() {
            return Self::of_histogram(histogram, limits);
        }
        if total.kind == Some(Kind::Timer) {
            let component = |wanted| total.components().find(|(name, _)| *name == wanted);
            if let (Some((_, count)), Some((_, sum))) = (component("count"), component("total")) {
                return Self::of_count_and_sum(&count, &sum);
            }
        }
        match total.together() {
            Together::One(value) => Self::of_value(total.kind, &value),
            _ => None,
        }
    }

    /// Whether the formats allow the value of a stat that adds up. One that they don't must not
    /// reach a sum: the whole sample would be left out.
    pub fn is_allowed(stat: &Stat<'_>) -> bool {
        match stat.kind() {
            Some(Kind::Timer) => {
                let sum = stat.component("total").and_then(|sum| sum.as_f64());
                sum.is_none_or(is_sum)
            }
            kind @ Some(Kind::Counter | Kind::Timestamp) => {
                Self::of_value(kind, &stat.value()).is_some()
            }
            _ => true,
        }
    }

    fn of_histogram(histogram: &HistogramSnapshot, limits: &Limits) -> Option<Self> {
        Ranges::of(histogram, limits).map(|ranges| Self::Histogram(Box::new(ranges)))
    }

    fn of_count_and_sum(count: &Value<'_>, sum: &Value<'_>) -> Option<Self> {
        let (count, sum) = (count.as_u64()?, sum.as_f64()?);
        is_sum(sum).then_some(Self::Summary { count, sum })
    }

    fn of_value(kind: Option<Kind>, value: &Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value {
            return Some(Self::Info((**text).into()));
        }
        let number = Number::of(value)?;
        match kind {
            Some(Kind::Counter) => number.is_count().then_some(Self::Counter(number)),
            // It was never set.
            Some(Kind::Timestamp) if number.is_zero() => None,
            Some(_) => Some(Self::Gauge(number)),
            None => Some(Self::Untyped(number)),
        }
    }

    /// Its metric's type.
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
    /// What is behind the metric's name in that of its only sample.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Counter => "_total",
            Self::Info => "_info",
            Self::Gauge | Self::Untyped | Self::Summary | Self::Histogram => "",
        }
    }

    /// What is behind the metric's name in each name that it takes for itself.
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge | Self::Untyped => &[""],
            Self::Info => &["", "_info"],
            Self::Summary => &["", "_sum", "_count", "_created"],
            Self::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
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

    /// The nearest float.
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Unsigned(value) => value as f64,
            Self::Signed(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// Whether a counter may have it.
    fn is_count(self) -> bool {
        match self {
            Self::Unsigned(_) => true,
            Self::Signed(value) => value >= 0,
            Self::Float(value) => is_sum(value),
        }
    }

    fn is_zero(self) -> bool {
        match self {
            Self::Unsigned(value) => value == 0,
            Self::Signed(value) => value == 0,
            Self::Float(value) => value == 0.0,
        }
    }

    /// Appends it as both formats have it.
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

/// Whether what is counted may have this sum: both formats take it for a counter, which is never
/// negative nor no number. An infinite one would be infinite for good.
fn is_sum(sum: f64) -> bool {
    sum.is_finite() && sum >= 0.0
}
