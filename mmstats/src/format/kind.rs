//! What a stat means, and how it adds up: the codes of an index entry.

use std::fmt;

/// What a stat is, as its writer declared it.
///
/// Files of the original don't say, so their kinds are unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A number that only grows (and wraps): how often something happened.
    Counter,
    /// A number or flag that goes up and down: how things are now.
    Gauge,
    /// A mean over all values, over the last few, or over a span of time.
    Average,
    /// Durations: their moving average, count, total, minimum, maximum and last.
    Timer,
    /// How many values fell into each of a row of buckets.
    Histogram,
    /// A text, or a value that was fixed when the file was created.
    Info,
    /// A point in time, as Unix time in seconds.
    Timestamp,
    /// A number that several threads raise and lower. Each of their files has its own difference,
    /// which may be negative; only the sum is a figure.
    UpDownCounter,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Counter,
        Self::Gauge,
        Self::Average,
        Self::Timer,
        Self::Histogram,
        Self::Info,
        Self::Timestamp,
        Self::UpDownCounter,
    ];

    /// The code in an index entry.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Counter => 1,
            Self::Gauge => 2,
            Self::Average => 3,
            Self::Timer => 4,
            Self::Histogram => 5,
            Self::Info => 6,
            Self::Timestamp => 7,
            Self::UpDownCounter => 8,
        }
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The kind's name, as the tools print it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Average => "average",
            Self::Timer => "timer",
            Self::Histogram => "histogram",
            Self::Info => "info",
            Self::Timestamp => "timestamp",
            Self::UpDownCounter => "up-down-counter",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How the values of one stat in several threads or processes are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregate {
    /// The values are added: the default for counters, timers and histograms; up-down counters are
    /// always summed. Gauges that several threads raise and lower don't add up to the right number:
    /// see [`UpDownCounter`](crate::UpDownCounter).
    Sum,
    /// The minimum.
    Min,
    /// The maximum.
    Max,
    /// The values are not combined.
    Each,
}

impl Aggregate {
    const ALL: [Self; 4] = [Self::Sum, Self::Min, Self::Max, Self::Each];

    /// The code in an index entry.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Each => 0,
            Self::Sum => 1,
            Self::Min => 2,
            Self::Max => 3,
        }
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.code() == code)
    }

    /// The name, as `#[mmstats(aggregate = "…")]` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Min => "min",
            Self::Max => "max",
            Self::Each => "each",
        }
    }

    /// The default for a kind: counters, up-down counters, timers and histograms are summed, others
    /// are not combined.
    pub const fn default_for(kind: Kind) -> Self {
        match kind {
            Kind::Counter | Kind::Timer | Kind::Histogram | Kind::UpDownCounter => Self::Sum,
            _ => Self::Each,
        }
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_round_trip() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(Kind::from_code(0), None);
        for how in Aggregate::ALL {
            assert_eq!(Aggregate::from_code(how.code()), Some(how));
        }
        assert_eq!(Aggregate::from_code(9), None);
    }
}
