//! How the original's mmash aggregates the values of several files.

use std::cmp::Ordering;

use mmstats::{Aggregator, Value};
use serde::{Serialize, Serializer};

use mmstats_tools::common::json::Exact;

/// One of the original's aggregators, on values as Python 2 compares and adds them: a bool is 0 or
/// 1 in a sum and stays a bool as a maximum, and every string is greater than every number.
#[derive(Clone, Copy, Debug)]
pub struct Aggregation(Aggregator);

/// The aggregate of several values.
#[derive(Debug, PartialEq)]
pub enum Aggregated<'a> {
    Value(Value<'a>),
    /// A sum may exceed 64 bits: Python's integers are unbounded.
    Sum(i128),
}

impl Serialize for Aggregated<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => Exact(value.clone()).serialize(serializer),
            Self::Sum(sum) => serializer.serialize_i128(*sum),
        }
    }
}

impl Aggregation {
    /// `None` if there is none of that name: then the original lists the values.
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// Aggregates values.
    ///
    /// # Errors
    ///
    /// Returns why they have no aggregate.
    pub fn apply<'a>(self, values: &[Value<'a>]) -> Result<Aggregated<'a>, &'static str> {
        if matches!(self.0, Aggregator::Sum)
            && let Some(sum) = values.iter().map(integer).sum()
        {
            return Ok(Aggregated::Sum(sum));
        }
        self.value(values).map(Aggregated::Value)
    }

    fn value<'a>(self, values: &[Value<'a>]) -> Result<Value<'a>, &'static str> {
        let values = || values.iter().cloned();
        match self.0 {
            Aggregator::One => values().next().ok_or("has no value"),
            Aggregator::Max => values().reduce(greatest).ok_or("has no value"),
            Aggregator::Min => values().reduce(least).ok_or("has no value"),
            _ if values().any(|value| is_text(&value)) => Err("is a text, which can't be added up"),
            Aggregator::NonzeroMin => {
                let found = values().filter(|value| value.as_f64() != Some(0.0)).reduce(least);
                found.ok_or("is 0 in every file")
            }
            aggregator => aggregator.apply(values()).ok_or("is 0 in every file"),
        }
    }
}

fn is_text(value: &Value<'_>) -> bool {
    value.as_f64().is_none()
}

/// Python's `max`: the first of equal ones.
fn greatest<'a>(one: Value<'a>, other: Value<'a>) -> Value<'a> {
    if compare(&other, &one).is_gt() { other } else { one }
}

/// Python's `min`.
fn least<'a>(one: Value<'a>, other: Value<'a>) -> Value<'a> {
    if compare(&other, &one).is_lt() { other } else { one }
}

fn compare(one: &Value<'_>, other: &Value<'_>) -> Ordering {
    match (integer(one), integer(other), one.as_f64(), other.as_f64()) {
        (Some(one), Some(other), _, _) => one.cmp(&other),
        // A NaN is neither less nor greater.
        (_, _, Some(one), Some(other)) => one.partial_cmp(&other).unwrap_or(Ordering::Equal),
        (_, _, Some(_), None) => Ordering::Less,
        (_, _, None, Some(_)) => Ordering::Greater,
        _ => one.to_string().cmp(&other.to_string()),
    }
}

/// The exact integer, where a float would be rounded.
fn integer(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Float(_) => None,
        value => value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aggregated<'a>(name: &str, values: &[Value<'a>]) -> Result<Aggregated<'a>, &'static str> {
        Aggregation::of_name(name).expect("the original has it").apply(values)
    }

    #[track_caller]
    fn apply<'a>(name: &str, values: &[Value<'a>]) -> Result<Value<'a>, &'static str> {
        aggregated(name, values).map(|value| match value {
            Aggregated::Value(value) => value,
            Aggregated::Sum(sum) => panic!("{sum}"),
        })
    }

    #[test]
    fn numbers_stay_exact() {
        let values = [Value::Unsigned(u64::MAX - 1), Value::Unsigned(u64::MAX), Value::Signed(-1)];
        assert_eq!(apply("max", &values), Ok(Value::Unsigned(u64::MAX)));
        assert_eq!(apply("min", &values), Ok(Value::Signed(-1)));
        assert_eq!(apply("one", &values), Ok(Value::Unsigned(u64::MAX - 1)));
        assert_eq!(aggregated("sum", &values), Ok(Aggregated::Sum(2 * i128::from(u64::MAX) - 2)));
    }

    #[test]
    fn bools_are_added_up_and_stay_bools_where_one_is_taken() {
        let values = [Value::Bool(false), Value::Bool(true), Value::Bool(true)];
        assert_eq!(apply("max", &values), Ok(Value::Bool(true)));
        assert_eq!(apply("min", &values), Ok(Value::Bool(false)));
        assert_eq!(apply("nonzero-min", &values), Ok(Value::Bool(true)));
        assert_eq!(aggregated("sum", &values), Ok(Aggregated::Sum(2)));
        assert_eq!(apply("nonzero-avg", &values), Ok(Value::Float(1.0)));
    }

    #[test]
    fn texts_are_compared_but_not_added_up() {
        let values = [Value::Text("b".into()), Value::Text("a".into()), Value::Unsigned(9)];
        assert_eq!(apply("max", &values), Ok(Value::Text("b".into())));
        assert_eq!(apply("min", &values), Ok(Value::Unsigned(9)));
        assert_eq!(apply("min", &values[..2]), Ok(Value::Text("a".into())));
        for name in ["sum", "avg", "nonzero-min", "nonzero-avg"] {
            assert!(apply(name, &values).unwrap_err().contains("text"), "{name}");
        }
    }

    #[test]
    fn zeros_alone_have_no_nonzero_minimum_and_mean() {
        let values = [Value::Unsigned(0), Value::Float(0.0)];
        assert!(apply("nonzero-min", &values).is_err());
        assert!(apply("nonzero-avg", &values).is_err());
        assert_eq!(apply("sum", &values), Ok(Value::Float(0.0)));
        assert!(Aggregation::of_name("median").is_none());
    }
}
