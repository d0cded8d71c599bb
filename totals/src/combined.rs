//! What the values of one stat in several files combine to.

use mmstats::{Aggregator, Value};

/// The combined values of a stat.
#[derive(Debug)]
pub enum Combined<'a> {
    /// One value: the sum, the least, the greatest, the mean, or what all of them are.
    One(Value<'a>),
    /// Each number stands for itself.
    Range {
        /// The least of them.
        least: Value<'a>,
        /// The greatest of them.
        greatest: Value<'a>,
    },
    /// Each text stands for itself.
    Different,
    /// No file has a value at present.
    Nothing,
}

impl<'a> Combined<'a> {
    /// The value, where there is one.
    pub fn one(value: Option<Value<'a>>) -> Self {
        value.map_or(Self::Nothing, Self::One)
    }

    /// Of an up-down counter: the sum is right although parts of it may have wrapped.
    pub fn wrapping_sum(values: &[Value<'static>]) -> Self {
        let whole =
            |value: &Value<'_>| value.as_i64().or_else(|| value.as_u64().map(u64::cast_signed));
        let sum = values.iter().try_fold(0_i64, |sum, value| Some(sum.wrapping_add(whole(value)?)));
        match sum {
            Some(sum) if !values.is_empty() => Self::One(Value::Signed(sum)),
            // A foreign file may claim to have one that isn't a whole number.
            _ => Self::one(Aggregator::Sum.apply(values.iter().cloned())),
        }
    }

    /// Of values that don't add up: one where all are the same.
    pub fn each(values: &'a [Value<'static>]) -> Self {
        let extreme = |which: Aggregator| which.apply(values.iter().cloned());
        match values {
            [] => Self::Nothing,
            [first, rest @ ..] if rest.iter().all(|value| value == first) => {
                Self::One(first.clone())
            }
            _ if values.iter().any(|value| value.as_f64().is_none()) => Self::Different,
            _ => match (extreme(Aggregator::Min), extreme(Aggregator::Max)) {
                (Some(least), Some(greatest)) if is_same_number(&least, &greatest) => {
                    Self::One(least)
                }
                (Some(least), Some(greatest)) => Self::Range { least, greatest },
                _ => Self::Nothing,
            },
        }
    }
}

/// Whether two numbers are equal, whatever their types; whole ones are compared exactly.
fn is_same_number(one: &Value<'_>, other: &Value<'_>) -> bool {
    let whole = |value: &Value<'_>| match *value {
        Value::Unsigned(value) => Some(i128::from(value)),
        Value::Signed(value) => Some(i128::from(value)),
        Value::Bool(value) => Some(i128::from(value)),
        _ => None,
    };
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(values: &[Value<'static>]) -> String {
        self::text(&Combined::each(values))
    }

    fn text(combined: &Combined<'_>) -> String {
        match combined {
            Combined::One(value) => value.to_string(),
            Combined::Range { least, greatest } => format!("{least} to {greatest}"),
            Combined::Different => "different".to_owned(),
            Combined::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn equal_numbers_are_no_range_and_texts_have_none() {
        let text = |text: &'static str| Value::Text(text.into());
        let large = u64::MAX;
        for (values, expected) in [
            (vec![], "nothing"),
            (vec![Value::Unsigned(3), Value::Unsigned(3)], "3"),
            (vec![Value::Unsigned(3), Value::Signed(-4)], "-4 to 3"),
            (vec![Value::Unsigned(3), Value::Signed(3)], "3"),
            (vec![Value::Float(3.0), Value::Signed(3)], "3"),
            (
                vec![Value::Unsigned(large), Value::Unsigned(large - 1)],
                "18446744073709551614 to 18446744073709551615",
            ),
            (vec![text("a"), text("a")], "a"),
            (vec![text("a"), text("b")], "different"),
            (vec![text("a"), Value::Unsigned(5)], "different"),
        ] {
            assert_eq!(each(&values).trim_end_matches(".0"), expected, "{values:?}");
        }
    }

    #[test]
    fn up_down_counters_wrap_on_the_way_to_their_sum() {
        for (values, expected) in [
            (vec![], "nothing"),
            (vec![Value::Signed(3), Value::Signed(-5)], "-2"),
            // The first wrapped when it exceeded the range.
            (vec![Value::Signed(i64::MIN + 4), Value::Signed(-10)], "9223372036854775802"),
            (vec![Value::Signed(i64::MIN), Value::Signed(i64::MIN)], "0"),
            (vec![Value::Signed(-1), Value::Unsigned(u64::MAX)], "-2"),
            (vec![Value::Signed(-1), Value::Float(0.5)], "-0.5"),
            (vec![Value::Text("a".into())], "nothing"),
        ] {
            assert_eq!(self::text(&Combined::wrapping_sum(&values)), expected, "{values:?}");
        }
    }
}
