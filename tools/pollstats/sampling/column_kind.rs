//! How a stat is shown: by its kind, or by a guess from its type.

use mmstats::{Increase, Kind, Stat, Value};

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
    /// How a stat is shown; as a gauge if the user says so.
    pub fn of(stat: &Stat<'_>, is_gauge: bool) -> Self {
        if is_gauge {
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

    /// The measurement of a stat at the Unix time `now`. Its increase since the last poll is asked
    /// for only if it matters.
    pub fn measurement(
        self,
        stat: &Stat<'_>,
        increase: impl FnOnce() -> Option<Increase>,
        now: f64,
    ) -> Measurement {
        let counted = match self {
            Self::Average if stat.is_expired(now) => return Measurement::Absent,
            Self::Timestamp if stat.value().as_f64() == Some(0.0) => return Measurement::Never,
            Self::Timestamp | Self::Gauge | Self::Info => None,
            _ => increase(),
        };
        match counted {
            Some(Increase::Count(new)) => Measurement::Counter(new),
            Some(Increase::Total { count, total }) => Measurement::Total { count, total },
            Some(Increase::Histogram(new)) => Measurement::Histogram(new),
            Some(Increase::UpDown(new)) => Measurement::UpDown { now: up_down(stat), new },
            _ if self == Self::Average => mean(stat).unwrap_or_else(|| value(stat)),
            _ => value(stat),
        }
    }
}

/// Whether a stat is to be treated as a gauge: its label or its name is one of `gauges`.
pub fn is_gauge(gauges: &[LabelPattern], label: &str, name: &str) -> bool {
    let matches = |text| !gauges.is_empty() && any_matches(gauges, text);
    matches(label) || matches(name)
}

fn up_down(stat: &Stat<'_>) -> i64 {
    stat.value().as_i64().unwrap_or(0)
}

fn value(stat: &Stat<'_>) -> Measurement {
    match stat.value() {
        Value::Text(text) => Measurement::Text(text.into_owned()),
        value => value
            .to_static()
            .map_or_else(|| Measurement::Text(value.to_string()), Measurement::Gauge),
    }
}

fn mean(stat: &Stat<'_>) -> Option<Measurement> {
    Some(Measurement::Mean { mean: stat.value().as_f64()?, count: stat.mean_count() })
}

#[cfg(test)]
mod tests {
    use mmstats::{Identity, StatsFile};
    use mmstats_testing::foreign::{Foreign, foreign, writer_like};

    use super::*;

    #[test]
    fn what_counts_is_its_increase_and_anything_else_its_value() {
        let fields = [Foreign::new("hits", 1, "Q", &[7]), Foreign::new("busy", 2, "Q", &[3])];
        let bytes = foreign(&writer_like(&Identity::default(), |_| {}), &fields);
        let file = StatsFile::from_bytes("file", bytes).unwrap();
        let [hits, busy] = ["hits", "busy"].map(|label| file.get(label).unwrap());
        let kind = ColumnKind::of(&hits, false);
        let new = || Some(Increase::Count(2));
        assert_eq!(kind.measurement(&hits, new, 1e9), Measurement::Counter(2));
        let value = |value| Measurement::Gauge(Value::Unsigned(value));
        assert_eq!(kind.measurement(&hits, || None, 1e9), value(7), "nothing that could grow");

        let unneeded = || panic!("its increase isn't needed");
        let states =
            [(ColumnKind::of(&hits, true), hits, 7), (ColumnKind::of(&busy, false), busy, 3)];
        for (kind, stat, expected) in states {
            assert_eq!(kind.measurement(&stat, unneeded, 1e9), value(expected));
        }
    }

    #[test]
    fn a_gauge_is_named_by_its_label_or_its_name() {
        let gauges = ["busy".parse().unwrap(), "*2*".parse().unwrap()];
        let label = r#"hits{status="200"}"#;
        assert!(is_gauge(&gauges, label, "hits"));
        assert!(is_gauge(&gauges, r#"busy{disk="a"}"#, "busy"));
        assert!(!is_gauge(&gauges, "hits", "hits") && !is_gauge(&[], label, "busy"));
    }
}
