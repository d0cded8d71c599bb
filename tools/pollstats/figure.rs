//! What a stat was at one moment, and what is new in it since an earlier one.

use mmstats::{HistogramSnapshot, Value};

/// The measurable part of a stat, whatever file it comes from.
///
/// The same type tells a state ("so many requests until now") and a change ("so many since").
#[derive(Clone, Debug)]
pub enum Figure {
    /// A number that only grows, and wraps.
    Counter(u64),
    /// A number that goes up and down, and wraps. A change has the number as it is now, too.
    UpDown {
        /// What it is.
        now: i64,
        /// How much of it is new: of a state, all.
        new: i64,
    },
    /// A number or flag that stands for itself. A change of it is the number as it is now.
    Number(Value<'static>),
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
        /// How many values it is over, where that is known.
        count: Option<u64>,
    },
    /// Values in buckets.
    Histogram(HistogramSnapshot),
    /// A text. A change of it is the text as it is now.
    Text(String),
    /// No value at present: an average whose span of time has passed without one, or the state
    /// of a program that is dead.
    Nothing,
    /// A moment that hasn't come yet.
    Never,
}

impl Figure {
    /// An up-down counter's state.
    pub const fn up_down(now: i64) -> Self {
        Self::UpDown { now, new: now }
    }

    /// What is new since `before`, which was seen in the same file.
    ///
    /// What fell back began anew at an unknown moment: nothing is known to be new, and the next
    /// difference is taken from here. So no change is ever negative, but that of a number that goes
    /// down, too.
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
                None => self.nothing_new(),
            },
            (Self::Histogram(now), Self::Histogram(before)) => {
                now.since(before).map_or_else(|| self.nothing_new(), Self::Histogram)
            }
            (Self::UpDown { now, .. }, Self::UpDown { now: before, .. }) => {
                Self::UpDown { now: *now, new: now.wrapping_sub(*before) }
            }
            (Self::UpDown { .. }, _) => self.nothing_new(),
            _ if self.stands_for_itself() => self.clone(),
            // It was something else before.
            _ => self.nothing_new(),
        }
    }

    /// The change where this is the first that is known of it.
    pub fn nothing_new(&self) -> Self {
        match self {
            Self::Counter(_) => Self::Counter(0),
            Self::UpDown { now, .. } => Self::UpDown { now: *now, new: 0 },
            Self::Total { .. } => Self::Total { count: 0, total: 0.0 },
            Self::Histogram(now) => Self::Histogram(now.emptied()),
            _ => self.clone(),
        }
    }

    /// Whether it says how things are now, rather than what has happened until now.
    pub const fn stands_for_itself(&self) -> bool {
        !matches!(self, Self::Counter(_) | Self::Total { .. } | Self::Histogram(_))
    }
}

/// How much a counter has grown; `None` where it began anew.
///
/// A counter that fell has wrapped where that makes a step that a counter can take: 2^48 is
/// more than anything adds between two looks.
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
        let before = Figure::Total { count: 10, total: 3.0 };
        let later = Figure::Total { count: 14, total: 5.0 };
        assert!(matches!(later.since(&before), Figure::Total { count: 4, total: 2.0 }));
        assert!(matches!(before.since(&later), Figure::Total { count: 0, total: 0.0 }));
    }

    #[test]
    fn what_goes_up_and_down_has_its_change_beside_it() {
        const NOW: i64 = i64::MIN + 4;
        let [before, now] = [i64::MAX, NOW].map(Figure::up_down);
        assert!(matches!(before, Figure::UpDown { now: i64::MAX, new: i64::MAX }), "when born");
        assert!(matches!(now.since(&before), Figure::UpDown { now: NOW, new: 5 }));
        assert!(matches!(before.since(&now), Figure::UpDown { now: i64::MAX, new: -5 }));
        assert!(matches!(now.since(&Figure::Counter(9)), Figure::UpDown { now: NOW, new: 0 }));
    }

    #[test]
    fn numbers_and_texts_stand_for_themselves() {
        let (low, high) = (Figure::Number(Value::Signed(-3)), Figure::Number(Value::Signed(9)));
        assert!(matches!(low.since(&high), Figure::Number(Value::Signed(-3))));
        assert!(matches!(low.nothing_new(), Figure::Number(Value::Signed(-3))));
    }

    #[test]
    fn a_label_that_was_something_else_is_a_new_baseline() {
        let text = Figure::Text("hello".into());
        assert!(matches!(Figure::Counter(9).since(&text), Figure::Counter(0)));
    }
}
