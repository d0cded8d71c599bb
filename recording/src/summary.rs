//! What remains of a word's values over a span.

/// What the bits of a word are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// Nothing that has a range or a sum, such as a part of a text.
    Other,
    /// Only grows: a counter, a count, a bucket.
    Count,
    /// An unsigned integer.
    Unsigned,
    /// A signed integer.
    Signed,
    /// The bits of an `f32`, in the lower half.
    Float32,
    /// The bits of an `f64`.
    Float64,
}

/// What a roll-up keeps of a word beside its last value.
///
/// Means are over time, with a relative error of at most 2^−21.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "least, greatest and mean say what they are")]
pub enum Summary {
    /// Of [`WordKind::Other`].
    Other,
    /// Of [`WordKind::Count`].
    Count {
        /// How much was counted; a restart counts nothing.
        increase: u64,
        /// The most that was counted from one poll to the next.
        greatest_step: u64,
    },
    /// Of [`WordKind::Unsigned`].
    Unsigned { least: u64, greatest: u64, mean: f64 },
    /// Of [`WordKind::Signed`].
    Signed { least: i64, greatest: i64, mean: f64 },
    /// Of [`WordKind::Float32`]. Values that aren't numbers are left out; if all are, all are NaN.
    Float32 { least: f32, greatest: f32, mean: f64 },
    /// Of [`WordKind::Float64`], as before.
    Float64 { least: f64, greatest: f64, mean: f64 },
}

impl Summary {
    /// Summarizes a value before and one of each poll. The latter stand for as long as `weights` say.
    pub(crate) fn of(kind: WordKind, values: &[u64], weights: &[u64]) -> Self {
        let polls = &values[1..];
        match kind {
            WordKind::Other => Self::Other,
            WordKind::Count => {
                let steps = values.windows(2).map(|pair| step(pair[0], pair[1]));
                let increase = steps.clone().fold(0, u64::saturating_add);
                Self::Count { increase, greatest_step: steps.max().unwrap_or(0) }
            }
            WordKind::Unsigned => Self::Unsigned {
                least: polls.iter().copied().min().unwrap_or(0),
                greatest: polls.iter().copied().max().unwrap_or(0),
                mean: mean(polls.iter().map(|value| *value as f64), weights),
            },
            WordKind::Signed => {
                let polls = polls.iter().map(|value| *value as i64);
                Self::Signed {
                    least: polls.clone().min().unwrap_or(0),
                    greatest: polls.clone().max().unwrap_or(0),
                    mean: mean(polls.map(|value| value as f64), weights),
                }
            }
            WordKind::Float32 => {
                let polls = polls.iter().map(|value| f32::from_bits(*value as u32));
                Self::Float32 {
                    least: polls.clone().fold(f32::NAN, f32::min),
                    greatest: polls.clone().fold(f32::NAN, f32::max),
                    mean: mean(polls.map(f64::from), weights),
                }
            }
            WordKind::Float64 => {
                let polls = polls.iter().map(|value| f64::from_bits(*value));
                Self::Float64 {
                    least: polls.clone().fold(f64::NAN, f64::min),
                    greatest: polls.clone().fold(f64::NAN, f64::max),
                    mean: mean(polls, weights),
                }
            }
        }
    }

    pub(crate) fn kind(&self) -> WordKind {
        match self {
            Self::Other => WordKind::Other,
            Self::Count { .. } => WordKind::Count,
            Self::Unsigned { .. } => WordKind::Unsigned,
            Self::Signed { .. } => WordKind::Signed,
            Self::Float32 { .. } => WordKind::Float32,
            Self::Float64 { .. } => WordKind::Float64,
        }
    }
}

/// How much a count grew, if it did.
fn step(before: u64, now: u64) -> u64 {
    grown(before, now).unwrap_or(0)
}

/// How much a count grew. `None` if it fell, as it has restarted, unless it wrapped: as
/// `mmstats::Changes` counts.
pub(crate) fn grown(before: u64, now: u64) -> Option<u64> {
    const LARGEST_STEP_OVER_THE_TOP: u64 = 1 << 48;
    let grown = now.wrapping_sub(before);
    (now >= before || grown <= LARGEST_STEP_OVER_THE_TOP).then_some(grown)
}

/// The mean of what is a number; of all alike if what they weigh is 0.
fn mean(values: impl Iterator<Item = f64> + Clone, weights: &[u64]) -> f64 {
    let numbers = values.zip(weights).filter(|(value, _)| !value.is_nan());
    let weighted = |plain: bool| {
        let pairs = numbers
            .clone()
            .map(|(value, weight)| (value, if plain { 1.0 } else { *weight as f64 }));
        let pairs = pairs.filter(|(_, weight)| *weight > 0.0);
        let sum: f64 = pairs.clone().map(|(_, weight)| weight).sum();
        // Each is divided by the sum first: a sum of large values would be infinite.
        (sum > 0.0).then(|| pairs.map(|(value, weight)| value * (weight / sum)).sum())
    };
    weighted(false).or_else(|| weighted(true)).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_grow_wrap_or_restart() {
        let values = [u64::MAX - 1, 3, 10, 2, 4];
        let expected = Summary::Count { increase: 5 + 7 + 2, greatest_step: 7 };
        assert_eq!(Summary::of(WordKind::Count, &values, &[1; 4]), expected);
    }

    #[test]
    fn means_are_over_time_and_leave_out_what_came_before() {
        let values = [1000, 10, 20, 30];
        let expected = Summary::Unsigned { least: 10, greatest: 30, mean: 17.5 };
        assert_eq!(Summary::of(WordKind::Unsigned, &values, &[1, 3, 0]), expected);
        let expected = Summary::Unsigned { least: 10, greatest: 30, mean: 20.0 };
        assert_eq!(Summary::of(WordKind::Unsigned, &values, &[0, 0, 0]), expected);
        let values = [0, -4_i64 as u64, 2];
        let expected = Summary::Signed { least: -4, greatest: 2, mean: -1.0 };
        assert_eq!(Summary::of(WordKind::Signed, &values, &[1, 1]), expected);
    }

    #[test]
    fn floats_that_are_no_numbers_are_left_out() {
        let values = [0.0, f64::NAN, 1.5, -0.5].map(f64::to_bits);
        let expected = Summary::Float64 { least: -0.5, greatest: 1.5, mean: 0.5 };
        assert_eq!(Summary::of(WordKind::Float64, &values, &[9, 1, 1]), expected);
        let values = [0.0, f64::MAX, f64::MAX].map(f64::to_bits);
        let expected = Summary::Float64 { least: f64::MAX, greatest: f64::MAX, mean: f64::MAX };
        assert_eq!(Summary::of(WordKind::Float64, &values, &[1, 1]), expected);
        let values = [1.0, f32::NAN].map(|value: f32| value.to_bits().into());
        let all = Summary::of(WordKind::Float32, &values, &[1]);
        assert!(matches!(all, Summary::Float32 { least, greatest, mean }
            if least.is_nan() && greatest.is_nan() && mean.is_nan()));
    }
}
