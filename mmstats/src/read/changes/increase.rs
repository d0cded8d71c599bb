//! What a stat has counted, and how much of it is new.

use crate::format::Kind;
use crate::read::{HistogramSnapshot, Stat};

/// What a stat has counted since the last update.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Increase {
    /// How much a counter grew.
    Count(u64),
    /// How many values a timer or an average took, and their sum.
    Total {
        /// How many values.
        count: u64,
        /// Their sum, in the stat's unit. Not finite if a value wasn't.
        total: f64,
    },
    /// The values that a histogram took.
    Histogram(HistogramSnapshot),
    /// How much an up-down counter rose, or fell if it is negative. Add it with
    /// [`i64::wrapping_add`].
    UpDown(i64),
}

impl Increase {
    /// All that a stat has counted so far; `None` if it doesn't count.
    pub(super) fn from_zero(stat: &Stat<'_>) -> Option<Self> {
        match stat.kind_or_guess() {
            Kind::Counter => stat.value().as_u64().map(Self::Count),
            Kind::Timer | Kind::Average => Some(Self::Total {
                count: stat.component("count")?.as_u64()?,
                total: stat.component("total")?.as_f64()?,
            }),
            Kind::Histogram => stat.histogram().map(Self::Histogram),
            Kind::UpDownCounter => stat.value().as_i64().map(Self::UpDown),
            _ => None,
        }
    }

    /// What is new if `self` has been counted so far, and `before` by an earlier moment.
    ///
    /// What fell has restarted at an unknown moment: nothing is known to be new.
    pub(super) fn since(self, before: &Self) -> Self {
        let new = match (&self, before) {
            (Self::Count(now), Self::Count(before)) => grown(*now, *before).map(Self::Count),
            (
                Self::Total { count, total },
                Self::Total { count: count_before, total: total_before },
            ) => grown(*count, *count_before)
                .map(|count| Self::Total { count, total: total - total_before }),
            (Self::Histogram(now), Self::Histogram(before)) => {
                now.since(before).map(Self::Histogram)
            }
            (Self::UpDown(now), Self::UpDown(before)) => {
                Some(Self::UpDown(now.wrapping_sub(*before)))
            }
            // It was something else before.
            _ => None,
        };
        new.unwrap_or_else(|| self.nothing())
    }

    /// Nothing of the same type.
    pub(super) fn nothing(&self) -> Self {
        match self {
            Self::Count(_) => Self::Count(0),
            Self::Total { .. } => Self::Total { count: 0, total: 0.0 },
            Self::Histogram(now) => Self::Histogram(now.emptied()),
            Self::UpDown(_) => Self::UpDown(0),
        }
    }
}

/// How much a counter has grown; `None` if it restarted.
///
/// A counter that fell has wrapped if that makes a step that a counter can take: 2^48 is more than
/// anything adds between two polls.
fn grown(now: u64, before: u64) -> Option<u64> {
    const LARGEST_STEP_OVER_THE_TOP: u64 = 1 << 48;
    let grown = now.wrapping_sub(before);
    (now >= before || grown <= LARGEST_STEP_OVER_THE_TOP).then_some(grown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_grows_wraps_or_restarts() {
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
    fn a_timer_that_restarted_has_nothing_new() {
        let before = Increase::Total { count: 10, total: 3.0 };
        let later = Increase::Total { count: 14, total: 5.0 };
        assert_eq!(later.clone().since(&before), Increase::Total { count: 4, total: 2.0 });
        assert_eq!(before.since(&later), Increase::Total { count: 0, total: 0.0 });
    }

    #[test]
    fn an_up_down_counter_rises_and_falls_and_wraps() {
        let [top, wrapped] = [i64::MAX, i64::MIN + 4].map(Increase::UpDown);
        assert_eq!(wrapped.clone().since(&top), Increase::UpDown(5));
        assert_eq!(top.since(&wrapped), Increase::UpDown(-5));
    }

    #[test]
    fn a_label_that_was_something_else_is_a_baseline() {
        assert_eq!(Increase::Count(9).since(&Increase::UpDown(4)), Increase::Count(0));
        assert_eq!(Increase::UpDown(9).since(&Increase::Count(4)), Increase::UpDown(0));
    }
}
