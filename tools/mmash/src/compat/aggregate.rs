//! How the original's mmash makes one value of several.

use std::cmp::Ordering;

use mmstats::{Aggregator, Value};
use serde::{Serialize, Serializer};

use mmstats_tools::common::json::Exact;

/// One of the original's aggregators, on values as Python has them: a flag is 0 or 1 in a sum
/// and stays a flag where it is the greatest, and every text is greater than every number.
#[derive(Clone, Copy, Debug)]
pub struct Aggregation(Aggregator);

/// One value for all.
#[derive(Debug, PartialEq)]
pub enum Together<'a> {
    Value(Value<'a>),
    /// A sum may exceed 64 bits; Python's numbers have no end.
    Sum(i128),
}

impl Serialize for Together<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => Exact(value.clone()).serialize(serializer),
            Self::Sum(sum) => serializer.serialize_i128(*sum),
        }
    }
}

impl Aggregation {
    /// `None`: there is none of that name, and the original gives lists then.
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// One value for all; an error says why there is none.
    pub fn apply<'a>(self, values: &[Value<'a>]) -> Result<Together<'a>, &'static str> {
        if matches!(self.0, Aggregator::Sum)
            && let Some(sum) = values.iter().map(whole).sum()
        {
            return Ok(Together::Sum(sum));
        }
        self.value(values).map(Together::Value)
    }

    fn value<'a>(self, values: &[Value<'a>]) -> Result<Value<'a>, &'static str> {
        let values = || values.iter().cloned();
        match self.0 {
            Aggregator::One => values().next().ok_or("has no value"),
            Aggregator::Max => values().reduce(greatest).ok_or("has no value"),
            Aggregator::Min => values().reduce(least).ok_or("has no value"),
            _ if values().any(|value| is_text(&value)) => Err("has a text, which isn't added up"),
            Aggregator::NonzeroMin => {
                let found = values().filter(|value| value.as_f64() != Some(0.0)).reduce(least);
                found.ok_or("is 0 everywhere")
            }
            aggregator => aggregator.apply(values()).ok_or("is 0 everywhere"),
        }
    }
}

fn is_text(value: &Value<'_>) -> bool {
    value.as_f64().is_none()
}

/// Python's `max`: of equal ones the first.
fn greatest<'a>(one: Value<'a>, other: Value<'a>) -> Value<'a> {
    if compare(&other, &one).is_gt() { other } else { one }
}

/// Python's `min`.
fn least<'a>(one: Value<'a>, other: Value<'a>) -> Value<'a> {
    if compare(&other, &one).is_lt() { other } else { one }
}

fn compare(one: &Value<'_>, other: &Value<'_>) -> Ordering {
    match (whole(one), whole(other), one.as_f64(), other.as_f64()) {
        (Some(one), Some(other), _, _) => one.cmp(&other),
        // A NaN is neither less nor greater.
        (_, _, Some(one), Some(other)) => one.partial_cmp(&other).unwrap_or(Ordering::Equal),
        (_, _, Some(_), None) => Ordering::Less,
        (_, _, None, Some(_)) => Ordering::Greater,
        _ => one.to_string().cmp(&other.to_string()),
    }
}

/// Exact, where a float would round.
fn whole(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Float(_) => None,
        value => value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn together<'a>(name: &str, values: &[Value<'a>]) -> Result<Together<'a>, &'static str> {
        Aggregation::of_name(name).expect("the original has it").apply(values)
    }

    #[track_caller]
    fn apply<'a>(name: &str, values: &[Value<'a>]) -> Result<Value<'a>, &'static str> {
        together(name, values).map(|together| match together {
            Together::Value(value) => value,
            Together::Sum(sum) => panic!("{sum}"),
        })
    }

    #[test]
    fn numbers_stay_exact() {
        let values = [Value::Unsigned(u64::MAX - 1), Value::Unsigned(u64::MAX), Value::Signed(-1)];
        assert_eq!(apply("max", &values), Ok(Value::Unsigned(u64::MAX)));
        assert_eq!(apply("min", &values), Ok(Value::Signed(-1)));
        assert_eq!(apply("one", &values), Ok(Value::Unsigned(u64::MAX - 1)));
        assert_eq!(together("sum", &values), Ok(Together::Sum(2 * i128::from(u64::MAX) - 2)));
    }

    #[test]
    fn flags_count_and_stay_flags_where_one_is_taken() {
        let values = [Value::Bool(false), Value::Bool(true), Value::Bool(true)];
        assert_eq!(apply("max", &values), Ok(Value::Bool(true)));
        assert_eq!(apply("min", &values), Ok(Value::Bool(false)));
        assert_eq!(apply("nonzero-min", &values), Ok(Value::Bool(true)));
        assert_eq!(together("sum", &values), Ok(Together::Sum(2)));
        assert_eq!(apply("nonzero-avg", &values), Ok(Value::Float(1.0)));
    }

    #[test]
    fn texts_are_compared_and_nothing_else() {
        let values = [Value::Text("b".into()), Value::Text("a".into()), Value::Unsigned(9)];
        assert_eq!(apply("max", &values), Ok(Value::Text("b".into())));
        assert_eq!(apply("min", &values), Ok(Value::Unsigned(9)));
        assert_eq!(apply("min", &values[..2]), Ok(Value::Text("a".into())));
        for name in ["sum", "avg", "nonzero-min", "nonzero-avg"] {
            assert!(apply(name, &values).unwrap_err().contains("text"), "{name}");
        }
    }

    #[test]
    fn zeros_alone_have_no_least_and_no_mean_of_others() {
        let values = [Value::Unsigned(0), Value::Float(0.0)];
        assert!(apply("nonzero-min", &values).is_err());
        assert!(apply("nonzero-avg", &values).is_err());
        assert_eq!(apply("sum", &values), Ok(Value::Float(0.0)));
        assert!(Aggregation::of_name("median").is_none());
    }
}
