//! What a stat was at one moment, and what is new in it since then.

use mmstats::{HistogramSnapshot, Value};

/// What is measured of a stat.
///
/// The same type has a value (7 requests so far) and a change (2 more requests).
#[derive(Clone, Debug)]
pub enum Measurement {
    /// A number that only grows, and wraps.
    Counter(u64),
    /// A number that goes up and down, and wraps. A change has the number as it is now, too.
    UpDown {
        /// What it is.
        now: i64,
        /// How much of it is new: of a value, all.
        new: i64,
    },
    /// A number or flag that stands for itself. A change of it is the number as it is now.
    Gauge(Value<'static>),
    /// Durations or other values that are averaged: how many, and their sum.
    Total {
        /// How many values.
        count: u64,
        /// Their sum.
        total: f64,
    },
    /// The mean of recent values. A change of it is the mean as it is now.
    Mean {
        /// The mean.
        mean: f64,
        /// Its number of values, if that is known.
        count: Option<u64>,
    },
    /// Values in buckets.
    Histogram(HistogramSnapshot),
    /// A text. A change of it is the text as it is now.
    Text(String),
    /// No value at present: an average whose span of time has passed without one, or the state
    /// of a program that is dead.
    Absent,
    /// A moment that hasn't come yet.
    Never,
}

impl Measurement {
    /// An up-down counter's state.
    pub const fn up_down(now: i64) -> Self {
        Self::UpDown { now, new: now }
    }

    /// What is new since `before`, of the same file.
    ///
    /// What fell has restarted at an unknown moment: nothing is known to be new, and the next
    /// difference is taken from here. So no change is ever negative, except of an up-down counter.
    pub fn since(&self, before: &Self) -> Self {
        match (self, before) {
            (Self::Counter(now), Self::Counter(before)) => {
                Self::Counter(grown(*now, *before).unwrap_or(0))
            }
            (
                Self::Total { count, total },
                Self::Total { count: count_before, total: total_before },
            ) => match grown(*count, *count_before) {
                Some(count) => Self::Total { count, total: total - total_before },
                None => self.unchanged(),
            },
            (Self::Histogram(now), Self::Histogram(before)) => {
                now.since(before).map_or_else(|| self.unchanged(), Self::Histogram)
            }
            (Self::UpDown { now, .. }, Self::UpDown { now: before, .. }) => {
                Self::UpDown { now: *now, new: now.wrapping_sub(*before) }
            }
            (Self::UpDown { .. }, _) => self.unchanged(),
            _ if self.is_state() => self.clone(),
            // It was something else before.
            _ => self.unchanged(),
        }
    }

    /// The change if this is the first measurement.
    pub fn unchanged(&self) -> Self {
        match self {
            Self::Counter(_) => Self::Counter(0),
            Self::UpDown { now, .. } => Self::UpDown { now: *now, new: 0 },
            Self::Total { .. } => Self::Total { count: 0, total: 0.0 },
            Self::Histogram(now) => Self::Histogram(now.emptied()),
            _ => self.clone(),
        }
    }

    /// Whether it is a state rather than a count.
    pub const fn is_state(&self) -> bool {
        !matches!(self, Self::Counter(_) | Self::Total { .. } | Self::Histogram(_))
    }
}

/// How much a counter has grown; `None` if it restarted.
///
/// A counter that fell has wrapped where that makes a step that a counter can take: 2^48 is
/// more than anything adds between two polls.
fn grown(now: u64, before: u64) -> Option<u64> {
    const LARGEST_STEP_OVER_THE_TOP: u64 = 1 << 48;
    let grown = now.wrapping_sub(before);
    (now >= before || grown <= LARGEST_STEP_OVER_THE_TOP).then_some(grown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_grows_wraps_or_begins_anew() {
        for (before, now, expected) in [
            (5, 5, Some(0)),
            (5, 12, Some(7)),
            (0, u64::MAX, Some(u64::MAX)),
            (u64::MAX - 2, 4, Some(7)),
            (u64::MAX - (1 << 50), 4, None),
            (12, 5, None),
            (12, 11, None),
        ] {
            assert_eq!(grown(now, before), expected, "{before} -> {now}");
        }
    }

    #[test]
    fn a_timer_that_began_anew_tells_nothing() {
        let before = Measurement::Total { count: 10, total: 3.0 };
        let later = Measurement::Total { count: 14, total: 5.0 };
        assert!(matches!(later.since(&before), Measurement::Total { count: 4, total: 2.0 }));
        assert!(matches!(before.since(&later), Measurement::Total { count: 0, total: 0.0 }));
    }

    #[test]
    fn what_goes_up_and_down_has_its_change_beside_it() {
        const NOW: i64 = i64::MIN + 4;
        let [before, now] = [i64::MAX, NOW].map(Measurement::up_down);
        assert!(matches!(before, Measurement::UpDown { now: i64::MAX, new: i64::MAX }), "at first");
        assert!(matches!(now.since(&before), Measurement::UpDown { now: NOW, new: 5 }));
        assert!(matches!(before.since(&now), Measurement::UpDown { now: i64::MAX, new: -5 }));
        assert!(matches!(
            now.since(&Measurement::Counter(9)),
            Measurement::UpDown { now: NOW, new: 0 }
        ));
    }

    #[test]
    fn numbers_and_texts_stand_for_themselves() {
        let (low, high) =
            (Measurement::Gauge(Value::Signed(-3)), Measurement::Gauge(Value::Signed(9)));
        assert!(matches!(low.since(&high), Measurement::Gauge(Value::Signed(-3))));
        assert!(matches!(low.unchanged(), Measurement::Gauge(Value::Signed(-3))));
    }

    #[test]
    fn a_label_that_was_something_else_is_a_new_baseline() {
        let text = Measurement::Text("hello".into());
        assert!(matches!(Measurement::Counter(9).since(&text), Measurement::Counter(0)));
    }
}
