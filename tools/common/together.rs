//! What the values of one stat in several files together are.

use mmstats::{Aggregator, Value};

/// What all values of a stat together are.
#[derive(Debug)]
pub enum Together<'a> {
    /// One value: added up, the least, the greatest, the mean, or all are the same.
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

impl<'a> Together<'a> {
    /// The value, where there is one.
    pub fn one(value: Option<Value<'a>>) -> Self {
        value.map_or(Self::Nothing, Self::One)
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
        match Together::each(values) {
            Together::One(value) => value.to_string(),
            Together::Range { least, greatest } => format!("{least} to {greatest}"),
            Together::Different => "different".to_owned(),
            Together::Nothing => "nothing".to_owned(),
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
}
