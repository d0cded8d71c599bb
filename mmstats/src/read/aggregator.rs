//! Combines the values of a stat over several files.

use std::fmt;
use std::str::FromStr;

use super::Value;

/// How the values of one stat in several files are combined.
///
/// ```
/// use mmstats::{Aggregator, Value};
///
/// let values = [Value::Unsigned(4), Value::Unsigned(0), Value::Unsigned(2)];
/// assert_eq!(Aggregator::Sum.apply(values.clone()), Some(Value::Unsigned(6)));
/// assert_eq!(Aggregator::NonzeroAvg.apply(values), Some(Value::Float(3.0)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregator {
    /// The sum. Exact for whole numbers that fit in 64 bits.
    Sum,
    /// The minimum.
    Min,
    /// The maximum.
    Max,
    /// The mean, a float.
    Avg,
    /// The first value, of any type.
    One,
    /// The minimum of the values that aren't 0.
    NonzeroMin,
    /// The mean of the values that aren't 0, a float.
    NonzeroAvg,
}

impl Aggregator {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Sum, Self::Min, Self::Max, Self::Avg, Self::One, Self::NonzeroMin, Self::NonzeroAvg];

    /// The name on a command line: `sum`, `nonzero-min`, …
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Min => "min",
            Self::Max => "max",
            Self::Avg => "avg",
            Self::One => "one",
            Self::NonzeroMin => "nonzero-min",
            Self::NonzeroAvg => "nonzero-avg",
        }
    }

    /// The combined value; `None` if there is nothing to combine. Flags count as 0 and 1; texts and
    /// bytes are skipped, except by [`One`](Self::One).
    ///
    /// A NaN makes a sum or mean NaN; a minimum or maximum skips it.
    pub fn apply<'a>(self, values: impl IntoIterator<Item = Value<'a>>) -> Option<Value<'a>> {
        let mut values = values.into_iter();
        if self == Self::One {
            return values.next();
        }
        let numbers = values.filter_map(|value| Numeric::of(&value));
        let found = match self {
            Self::Sum => numbers.reduce(Numeric::plus),
            Self::Max => numbers.reduce(|a, b| if b.exceeds(a) { b } else { a }),
            Self::Min => numbers.reduce(Numeric::least),
            Self::NonzeroMin => numbers.filter(|number| !number.is_zero()).reduce(Numeric::least),
            Self::NonzeroAvg => mean(numbers.filter(|number| !number.is_zero())),
            Self::Avg | Self::One => mean(numbers),
        };
        found.map(Numeric::into_value)
    }
}

impl fmt::Display for Aggregator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No aggregator has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseAggregatorError(String);

impl fmt::Display for ParseAggregatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Aggregator::ALL.map(Aggregator::name).join(", ");
        write!(f, "unknown aggregator '{}', expected one of {known}", self.0.escape_debug())
    }
}

impl std::error::Error for ParseAggregatorError {}

impl FromStr for Aggregator {
    type Err = ParseAggregatorError;

    fn from_str(name: &str) -> Result<Self, ParseAggregatorError> {
        let found = Self::ALL.into_iter().find(|aggregator| aggregator.name() == name);
        found.ok_or_else(|| ParseAggregatorError(name.to_owned()))
    }
}

/// A number that stays an integer as long as possible.
#[derive(Clone, Copy, Debug)]
enum Numeric {
    /// Holds the sum of 2^63 values of 64 bits.
    Whole(i128),
    Float(f64),
}

impl Numeric {
    fn of(value: &Value<'_>) -> Option<Self> {
        match *value {
            Value::Unsigned(value) => Some(Self::Whole(value.into())),
            Value::Signed(value) => Some(Self::Whole(value.into())),
            Value::Bool(value) => Some(Self::Whole(value.into())),
            Value::Float(value) => Some(Self::Float(value)),
            Value::Text(_) | Value::Bytes(_) => None,
        }
    }

    fn into_value<'a>(self) -> Value<'a> {
        match self {
            Self::Float(value) => Value::Float(value),
            Self::Whole(value) => u64::try_from(value)
                .map(Value::Unsigned)
                .or_else(|_| i64::try_from(value).map(Value::Signed))
                .unwrap_or(Value::Float(value as f64)),
        }
    }

    fn as_f64(self) -> f64 {
        match self {
            Self::Whole(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Self::Whole(a + b),
            (a, b) => Self::Float(a.as_f64() + b.as_f64()),
        }
    }

    /// Any number beats NaN, so that NaN is the result only if there is nothing else.
    fn exceeds(self, other: Self) -> bool {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a > b,
            (a, b) => a.as_f64() > b.as_f64() || b.as_f64().is_nan(),
        }
    }

    fn least(self, other: Self) -> Self {
        let takes_other = match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => b < a,
            (a, b) => b.as_f64() < a.as_f64() || a.as_f64().is_nan(),
        };
        if takes_other { other } else { self }
    }

    fn is_zero(self) -> bool {
        self.as_f64() == 0.0
    }
}

fn mean(numbers: impl Iterator<Item = Numeric>) -> Option<Numeric> {
    let (sum, count) = numbers
        .fold((Numeric::Whole(0), 0_u64), |(sum, count), number| (sum.plus(number), count + 1));
    (count > 0).then(|| Numeric::Float(sum.as_f64() / count as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Aggregator::{Avg, Max, Min, NonzeroAvg, NonzeroMin, One, Sum};

    fn unsigned(values: &[u64]) -> Vec<Value<'static>> {
        values.iter().copied().map(Value::Unsigned).collect()
    }

    #[test]
    fn each_gives_its_value() {
        let values = unsigned(&[3, 0, 5]);
        for (aggregator, expected) in [
            (Sum, Value::Unsigned(8)),
            (Min, Value::Unsigned(0)),
            (Max, Value::Unsigned(5)),
            (Avg, Value::Float(8.0 / 3.0)),
            (One, Value::Unsigned(3)),
            (NonzeroMin, Value::Unsigned(3)),
            (NonzeroAvg, Value::Float(4.0)),
        ] {
            assert_eq!(aggregator.apply(values.clone()), Some(expected), "{aggregator}");
        }
    }

    #[test]
    fn whole_numbers_stay_exact_as_long_as_they_fit() {
        let large = u64::MAX - 1;
        assert_eq!(Sum.apply(unsigned(&[large, 1])), Some(Value::Unsigned(u64::MAX)));
        assert_eq!(Sum.apply(unsigned(&[large, 2])), Some(Value::Float(u64::MAX as f64)));
        assert_eq!(Max.apply(unsigned(&[large, u64::MAX])), Some(Value::Unsigned(u64::MAX)));
        let mixed = [Value::Signed(-5), Value::Unsigned(3), Value::Bool(true)];
        assert_eq!(Sum.apply(mixed.clone()), Some(Value::Signed(-1)));
        assert_eq!(Min.apply(mixed), Some(Value::Signed(-5)));
        let floats = [Value::Unsigned(1), Value::Float(0.5)];
        assert_eq!(Sum.apply(floats), Some(Value::Float(1.5)));
    }

    #[test]
    fn what_is_no_number_is_passed_over() {
        let text = Value::Text("on".into());
        assert_eq!(Sum.apply([text.clone(), Value::Unsigned(2)]), Some(Value::Unsigned(2)));
        assert_eq!(Sum.apply([text.clone()]), None);
        assert_eq!(One.apply([text.clone()]), Some(text));
        assert_eq!(NonzeroAvg.apply(unsigned(&[0, 0])), None);
        assert_eq!(NonzeroMin.apply([Value::Float(-0.0)]), None);
        for aggregator in Aggregator::ALL {
            assert_eq!(aggregator.apply([]), None, "{aggregator}");
        }
    }

    #[test]
    fn nan_spoils_sums_and_no_extremes() {
        let values = [Value::Float(f64::NAN), Value::Float(2.0), Value::Float(f64::NAN)];
        assert!(matches!(Sum.apply(values.clone()), Some(Value::Float(sum)) if sum.is_nan()));
        assert_eq!(Min.apply(values.clone()), Some(Value::Float(2.0)));
        assert_eq!(Max.apply(values), Some(Value::Float(2.0)));
    }

    #[test]
    fn names_round_trip() {
        for aggregator in Aggregator::ALL {
            assert_eq!(aggregator.name().parse(), Ok(aggregator));
        }
        let error = "median".parse::<Aggregator>().unwrap_err().to_string();
        assert!(
            error.starts_with("unknown aggregator 'median', expected one of sum, min"),
            "{error}"
        );
    }
}
