//! Parameters as text: `NAME=VALUE`, `NAME:TYPE=VALUE`.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use apmon::{Parameter, Value};
use mmstats_cli::escape::escape;

/// Maximum length of a text in a message, in bytes.
const MAX_SHOWN: usize = 60;

/// Why a text is no parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterError {
    expected: &'static str,
    found: String,
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found \"{}\"", self.expected, self.found)
    }
}

impl Error for ParameterError {}

/// Parses a parameter. Name and value may be any bytes; the value ends with the text.
///
/// # Errors
///
/// Returns an error if it has no `=` or no name, or isn't of the type that it says.
pub fn parse(text: &[u8]) -> Result<Parameter<'_>, ParameterError> {
    let error = |expected| ParameterError { expected, found: shown(text) };
    let equals = text.iter().position(|&byte| byte == b'=');
    let equals = equals.filter(|&at| at > 0).ok_or_else(|| error("NAME=VALUE"))?;
    let (name, value) = (&text[..equals], &text[equals + 1..]);
    let (name, kind) = match name {
        [name @ .., b':', kind @ (b's' | b'i' | b'd')] => (name, Some(*kind)),
        _ => (name, None),
    };
    if name.is_empty() {
        return Err(error("a name before the type"));
    }
    let value = match kind {
        None => number(value).unwrap_or(Value::Text(value)),
        Some(b'i') => {
            let expected = "a whole number from -2147483648 to 2147483647";
            Value::I32(parsed(value).ok_or_else(|| error(expected))?)
        }
        Some(b'd') => Value::F64(finite(value).ok_or_else(|| error("a finite number"))?),
        Some(_) => Value::Text(value),
    };
    Ok(Parameter { name, value })
}

fn number(text: &[u8]) -> Option<Value<'static>> {
    parsed(text).map(Value::I32).or_else(|| finite(text).map(Value::F64))
}

fn finite(text: &[u8]) -> Option<f64> {
    parsed(text).filter(|number: &f64| number.is_finite())
}

fn parsed<T: FromStr>(text: &[u8]) -> Option<T> {
    str::from_utf8(text).ok()?.parse().ok()
}

/// A text for a message: escaped, and not too long.
fn shown(text: &[u8]) -> String {
    let (text, rest) = text.split_at(text.len().min(MAX_SHOWN));
    let end = if rest.is_empty() { "" } else { "…" };
    escape(&(String::from_utf8_lossy(text).into_owned() + end)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_that_of_the_value() {
        for (text, expected) in [
            ("17", Value::I32(17)),
            ("-2147483648", Value::I32(i32::MIN)),
            ("+007", Value::I32(7)),
            ("2147483648", Value::F64(2_147_483_648.0)),
            ("3000000000", Value::F64(3e9)),
            ("0.5", Value::F64(0.5)),
            ("1e3", Value::F64(1e3)),
            ("-.5", Value::F64(-0.5)),
            ("nan", Value::Text(b"nan")),
            ("inf", Value::Text(b"inf")),
            ("1e999", Value::Text(b"1e999")),
            ("", Value::Text(b"")),
            ("17 ", Value::Text(b"17 ")),
            ("0x11", Value::Text(b"0x11")),
            ("a=b", Value::Text(b"a=b")),
            ("C\u{e1}diz", Value::Text(b"C\xc3\xa1diz")),
        ] {
            let text = format!("n={text}");
            let found = parse(text.as_bytes()).unwrap();
            assert_eq!((found.name, found.value), (&b"n"[..], expected), "{text}");
        }
        let latin1 = parse(b"caf\xe9=\xff").unwrap();
        assert_eq!(latin1, Parameter { name: b"caf\xe9", value: Value::Text(b"\xff") });
    }

    #[test]
    fn a_type_behind_the_name_decides() {
        for (text, expected) in [
            ("n:s=17", Parameter::new("n", "17")),
            ("n:i=-17", Parameter::new("n", -17)),
            ("n:d=17", Parameter::new("n", 17.0)),
            ("n:s:s=1", Parameter::new("n:s", "1")),
            ("disk:sda=1", Parameter::new("disk:sda", 1)),
            ("n:x=1", Parameter::new("n:x", 1)),
            ("s=1", Parameter::new("s", 1)),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_an_error_that_shows_it() {
        for (text, reason) in [
            ("", "expected NAME=VALUE, found \"\""),
            ("17", "expected NAME=VALUE, found \"17\""),
            ("=17", "expected NAME=VALUE, found \"=17\""),
            (":i=17", "expected a name before the type, found \":i=17\""),
            ("n:i=3000000000", "expected a whole number from -2147483648 to 2147483647"),
            ("n:i=1.0", "found \"n:i=1.0\""),
            ("n:d=nan", "expected a finite number, found \"n:d=nan\""),
            ("n:d=", "expected a finite number"),
            ("\x1b[2J", "found \"\\x1b[2J\""),
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let long = parse(&[b'y'; 1_000]).unwrap_err().to_string();
        assert_eq!(long.matches('y').count(), MAX_SHOWN);
    }
}
