//! What a stat is to Prometheus, and how its values are written.

use mmstats::{Kind, Stat, Value};

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
    Summary { count: u64, sum: f64 },
    /// How often up to which value.
    Histogram(Box<Ranges>),
}

/// The types of metrics.
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
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Sample {
    /// Of a stat of one file; `None` where there is no place for it.
    pub fn of_stat(stat: &Stat<'_>, limits: &Limits) -> Option<Self> {
        let kind = stat.kind();
        match kind {
            Some(Kind::Histogram) => {
                if let Some(histogram) = stat.histogram() {
                    return Some(Self::Histogram(Box::new(Ranges::of(&histogram, limits))));
                }
            }
            // Only a timer is a summary, and most stats aren't: looking takes longer than the value.
            Some(Kind::Timer) => {
                let count = stat.component("count").and_then(|count| count.as_u64());
                let sum = stat.component("total").and_then(|total| total.as_f64());
                if let (Some(count), Some(sum)) = (count, sum) {
                    return Some(Self::Summary { count, sum });
                }
            }
            _ => {}
        }
        Self::of_value(kind, &stat.value())
    }

    /// Of what a stat of several files adds up to; `None` where it adds up to nothing.
    pub fn of_total(total: &Total, limits: &Limits) -> Option<Self> {
        if let Some(histogram) = total.histogram() {
            return Some(Self::Histogram(Box::new(Ranges::of(histogram, limits))));
        }
        let component = |wanted| total.components().find(|(name, _)| *name == wanted);
        let count = component("count").and_then(|(_, count)| count.as_u64());
        let sum = component("total").and_then(|(_, total)| total.as_f64());
        match (total.kind, count, sum, total.together()) {
            (Some(Kind::Timer), Some(count), Some(sum), _) => Some(Self::Summary { count, sum }),
            (kind, _, _, Together::One(value)) => Self::of_value(kind, &value),
            _ => None,
        }
    }

    fn of_value(kind: Option<Kind>, value: &Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value {
            return Some(Self::Info((**text).into()));
        }
        let number = Number::of(value)?;
        Some(match kind {
            Some(Kind::Counter) if number.is_count() => Self::Counter(number),
            Some(_) => Self::Gauge(number),
            None => Self::Untyped(number),
        })
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

    /// Whether a counter may have it.
    const fn is_count(self) -> bool {
        match self {
            Self::Unsigned(_) => true,
            Self::Signed(value) => value >= 0,
            Self::Float(value) => value >= 0.0,
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
