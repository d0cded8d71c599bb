//! `-f`: which files take part, by their labels.

use std::convert::Infallible;
use std::str::FromStr;

use mmstats::{StatsFile, Value};

use crate::common::braces;

/// One filter: the beginning of a label, or a label and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The file has a label with this beginning.
    Begins(String),
    /// The file has this label with this value. The beginning of the label may be left out.
    Equals {
        /// The label, or its end after a dot.
        label: String,
        /// The value as text.
        value: String,
    },
}

impl FromStr for Filter {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match braces::split_once(text, b'=') {
            Some((label, value)) => Self::Equals { label: label.into(), value: value.into() },
            None => Self::Begins(text.into()),
        })
    }
}

impl Filter {
    fn passes(&self, file: &StatsFile, prefix: &str) -> bool {
        file.stats().any(|stat| {
            let label = stat.label();
            match self {
                Self::Begins(start) => {
                    let short = label.strip_prefix(prefix);
                    label.starts_with(start) || short.is_some_and(|label| label.starts_with(start))
                }
                Self::Equals { label: wanted, value } => {
                    is_end_of(wanted, &label) && is(&stat.value(), value)
                }
            }
        })
    }
}

/// Whether `end` is the label, or what follows one of its dots.
fn is_end_of(end: &str, label: &str) -> bool {
    label.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Whether the file passes any of the filters by what is in it. No filters: every file does.
pub fn any_passes(filters: &[Filter], file: &StatsFile, prefix: &str) -> bool {
    filters.is_empty() || filters.iter().any(|filter| filter.passes(file, prefix))
}

/// Whether a value is what the text says: `1.50` is 1.5, and `1` is a flag that is set.
fn is(value: &Value<'_>, text: &str) -> bool {
    let as_number = || Some(value.as_f64()? == text.parse::<f64>().ok()?);
    value.to_string() == text || (!is_integer(value) && as_number().unwrap_or(false))
}

/// Whole numbers are compared as text: as floats, neighbours beyond 2^53 are the same.
const fn is_integer(value: &Value<'_>) -> bool {
    matches!(value, Value::Unsigned(_) | Value::Signed(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_what_they_are() {
        for (value, text, expected) in [
            (Value::Unsigned(7), "7", true),
            (Value::Unsigned(u64::MAX), "18446744073709551615", true),
            (Value::Unsigned(u64::MAX), "18446744073709551614", false),
            (Value::Float(1.5), "1.50", true),
            (Value::Bool(true), "1", true),
            (Value::Bool(true), "true", true),
            (Value::Text("front".into()), "front", true),
            (Value::Text("front".into()), "f", false),
        ] {
            assert_eq!(is(&value, text), expected, "{value} = {text}");
        }
    }

    #[test]
    fn a_label_may_lack_its_beginning() {
        assert!(is_end_of("sys.uid", "sys.uid") && is_end_of("sys.uid", "web.stats.sys.uid"));
        assert!(!is_end_of("id", "sys.uid") && !is_end_of("web.sys.uid", "sys.uid"));
    }

    #[test]
    fn an_equals_sign_in_a_label_is_a_part_of_it() {
        let equals = |label: &str, value: &str| Filter::Equals {
            label: label.to_owned(),
            value: value.to_owned(),
        };
        for (text, expected) in [
            (r#"requests{status="200"}=7"#, equals(r#"requests{status="200"}"#, "7")),
            (r#"requests{status="200"}"#, Filter::Begins(r#"requests{status="200"}"#.to_owned())),
            (r#"requests{status="200"=7"#, equals("requests{status", r#""200"=7"#)),
            ("command=a=b", equals("command", "a=b")),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn any_filter_is_enough() {
        let bytes = b"\x01\x06\0web.id\x01\0B\xff\x07".to_vec();
        let file = StatsFile::from_bytes("file", bytes).unwrap();
        let passes = |texts: &[&str], prefix: &str| {
            let filters: Vec<Filter> = texts.iter().map(|text| text.parse().unwrap()).collect();
            any_passes(&filters, &file, prefix)
        };
        assert!(passes(&[], "") && passes(&["we"], "") && passes(&["i"], "web."));
        assert!(passes(&["other", "id=7"], "") && passes(&["web.id=7"], ""));
        assert!(!passes(&["id=8"], "") && !passes(&["i"], "") && !passes(&["d=7"], ""));
    }
}
