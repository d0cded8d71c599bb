//! How a stat is shown: by its kind, or by a guess from its type.

use mmstats::{Kind, Stat, Value};

use super::measurement::Measurement;
use crate::common::patterns::{LabelPattern, any_matches};

/// What a column shows of its stat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnKind {
    /// How much is new: a rate, or a difference.
    Counter,
    /// The mean over the interval, and the rate.
    Timer,
    /// A percentile over the interval.
    Histogram,
    /// The sum as it is, or how it changes.
    UpDownCounter,
    /// The number as it is.
    Gauge,
    /// The mean over the interval where it is known, else the mean as it is.
    Average,
    /// A moment; of several the latest.
    Timestamp,
    /// A text, or a number that identifies rather than measures.
    Info,
}

impl ColumnKind {
    /// How a stat is shown; as a gauge if its label is one of `gauges`.
    pub fn of(stat: &Stat<'_>, gauges: &[LabelPattern]) -> Self {
        if !gauges.is_empty() && any_matches(gauges, &stat.label()) {
            return Self::Gauge;
        }
        Self::of_kind(stat.kind_or_guess()).unwrap_or(Self::Gauge)
    }

    /// The kind whose colour and name it has.
    pub const fn stat_kind(self) -> Kind {
        match self {
            Self::Counter => Kind::Counter,
            Self::Timer => Kind::Timer,
            Self::Histogram => Kind::Histogram,
            Self::UpDownCounter => Kind::UpDownCounter,
            Self::Gauge => Kind::Gauge,
            Self::Average => Kind::Average,
            Self::Timestamp => Kind::Timestamp,
            Self::Info => Kind::Info,
        }
    }

    /// Whether it is shown if no FIELDS are given.
    pub fn is_shown_by_default(self) -> bool {
        self <= Self::Average
    }

    const fn of_kind(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Counter => Self::Counter,
            Kind::Timer => Self::Timer,
            Kind::Histogram => Self::Histogram,
            Kind::UpDownCounter => Self::UpDownCounter,
            Kind::Gauge => Self::Gauge,
            Kind::Average => Self::Average,
            Kind::Timestamp => Self::Timestamp,
            Kind::Info => Self::Info,
            _ => return None,
        })
    }

    /// The measurement of a stat at the Unix time `now`.
    pub fn measurement(self, stat: &Stat<'_>, now: f64) -> Measurement {
        let number = || match stat.value() {
            Value::Text(text) => Measurement::Text(text.into_owned()),
            value => value
                .to_static()
                .map_or_else(|| Measurement::Text(value.to_string()), Measurement::Gauge),
        };
        match self {
            Self::Counter => stat.value().as_u64().map_or_else(number, Measurement::Counter),
            Self::UpDownCounter => stat.value().as_i64().map_or_else(number, Measurement::up_down),
            Self::Timer => total(stat).unwrap_or_else(number),
            Self::Histogram => stat.histogram().map_or_else(number, Measurement::Histogram),
            Self::Average if stat.is_expired(now) => Measurement::Absent,
            Self::Average => total(stat).or_else(|| mean(stat)).unwrap_or_else(number),
            Self::Timestamp if stat.value().as_f64() == Some(0.0) => Measurement::Never,
            _ => number(),
        }
    }
}

fn total(stat: &Stat<'_>) -> Option<Measurement> {
    Some(Measurement::Total {
        count: stat.component("count")?.as_u64()?,
        total: stat.component("total")?.as_f64()?,
    })
}

fn mean(stat: &Stat<'_>) -> Option<Measurement> {
    Some(Measurement::Mean { mean: stat.value().as_f64()?, count: stat.mean_count() })
}
