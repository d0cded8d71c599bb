//! How a stat is shown: what its kind, or its type where the kind is unknown, makes of it.

use mmstats::{Aggregate, Kind, Stat, Value};

use super::figure::Figure;
use crate::common::patterns::{LabelPattern, any_matches};
use crate::common::subject::Subject;

/// What a column makes of its stat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Show {
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

/// What is known of a label.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// How it is shown.
    pub show: Show,
    /// Whether a file told the kind, or it was guessed.
    pub told: bool,
    /// The unit, or an empty text.
    pub unit: String,
    /// How several files' values become one, where a file tells.
    pub aggregate: Option<Aggregate>,
    /// What it is about.
    pub about: Subject,
}

impl Known {
    /// What a stat of a file tells.
    pub fn of(stat: &Stat<'_>, show: Show, about: Subject) -> Self {
        Self {
            show,
            told: stat.kind().is_some(),
            unit: stat.unit().to_owned(),
            aggregate: stat.aggregate(),
            about,
        }
    }
}

impl Show {
    /// How a stat is shown; as a gauge whatever it says where its label is one of `gauges`.
    pub fn of(stat: &Stat<'_>, gauges: &[LabelPattern]) -> Self {
        if !gauges.is_empty() && any_matches(gauges, &stat.label()) {
            return Self::Gauge;
        }
        Self::of_kind(stat.kind_or_guess()).unwrap_or(Self::Gauge)
    }

    /// The kind whose colour and name it goes by.
    pub const fn kind(self) -> Kind {
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

    /// Whether it is shown where nothing is asked for by name.
    pub fn moves(self) -> bool {
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

    /// The figure of a stat that is shown so, at the Unix time `now`.
    pub fn figure(self, stat: &Stat<'_>, now: f64) -> Figure {
        let number = || match stat.value() {
            Value::Text(text) => Figure::Text(text.into_owned()),
            value => {
                value.to_static().map_or_else(|| Figure::Text(value.to_string()), Figure::Number)
            }
        };
        match self {
            Self::Counter => stat.value().as_u64().map_or_else(number, Figure::Counter),
            Self::UpDownCounter => stat.value().as_i64().map_or_else(number, Figure::up_down),
            Self::Timer => total(stat).unwrap_or_else(number),
            Self::Histogram => stat.histogram().map_or_else(number, Figure::Histogram),
            Self::Average if stat.is_expired(now) => Figure::Nothing,
            Self::Average => total(stat).or_else(|| mean(stat)).unwrap_or_else(number),
            Self::Timestamp if stat.value().as_f64() == Some(0.0) => Figure::Never,
            _ => number(),
        }
    }
}

fn total(stat: &Stat<'_>) -> Option<Figure> {
    Some(Figure::Total {
        count: stat.component("count")?.as_u64()?,
        total: stat.component("total")?.as_f64()?,
    })
}

fn mean(stat: &Stat<'_>) -> Option<Figure> {
    Some(Figure::Mean { mean: stat.value().as_f64()?, count: stat.mean_count() })
}
