//! Parses a datagram.

use std::borrow::Cow;
use std::fmt;

use kodemon::limits::{EXECUTION_SECONDS, FIELDS, KEY_BYTES, NESTING, TOKEN_BYTES};
use mmstats_cli::json;
use serde_json::Value;
use serde_json::value::RawValue;

use super::fields::Fields;
use super::minify::minify;

/// A message. Strings without escapes are borrowed from the datagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    /// File and function.
    pub key: Cow<'a, str>,
    /// Who sent it.
    pub token: Cow<'a, str>,
    /// When the call began: Unix time in seconds.
    pub timestamp: f64,
    /// Seconds; not negative, and at most [`EXECUTION_SECONDS`].
    pub execution_time: f64,
    /// The further fields as a JSON object; `None` if there are none.
    pub extra: Option<Box<str>>,
}

/// Why a datagram isn't a valid message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// Parses a datagram.
///
/// # Errors
///
/// Returns an error if it isn't a JSON object with the four fields, each once, of the right type
/// and within its limits.
pub fn parse(datagram: &[u8]) -> Result<Message<'_>, Malformed> {
    let Fields { key, token, timestamp, execution_time, extra } =
        serde_json::from_slice(datagram).map_err(|error| Malformed(error.to_string()))?;
    check_length("key", &key, KEY_BYTES)?;
    check_length("token", &token, TOKEN_BYTES)?;
    if key.is_empty() {
        return Err(Malformed("key: must not be empty".to_owned()));
    }
    if !(0.0..=EXECUTION_SECONDS).contains(&execution_time) {
        let reason = "must be between 0 seconds and a year";
        return Err(Malformed(format!("execution_time: {execution_time}: {reason}")));
    }
    // A histogram would take a negative zero for its greatest value.
    let execution_time = execution_time.abs();
    let extra = extra.as_deref().map(object).transpose()?;
    Ok(Message { key, token, timestamp, execution_time, extra })
}

fn check_length(name: &str, text: &str, limit: usize) -> Result<(), Malformed> {
    if text.len() <= limit {
        return Ok(());
    }
    Err(Malformed(format!("{name}: {} bytes (limit {limit})", text.len())))
}

/// The further fields as a JSON object.
fn object(fields: &[(Cow<'_, str>, &RawValue)]) -> Result<Box<str>, Malformed> {
    if fields.len() > FIELDS {
        return Err(Malformed(format!("{} further fields (limit {FIELDS})", fields.len())));
    }
    let mut text = String::from("{");
    for (at, (name, value)) in fields.iter().enumerate() {
        if fields[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(Malformed(format!("{name:?}: duplicate field")));
        }
        let Some(value) = minify(value.get(), NESTING) else {
            return Err(Malformed(format!("{name:?}: nested too deeply (limit {NESTING})")));
        };
        if at > 0 {
            text.push(',');
        }
        text += &json::text(name);
        text.push(':');
        text += &value;
    }
    text.push('}');
    // A number out of range or a lone surrogate is valid JSON by its grammar, but most parsers
    // would reject every answer that contains it.
    serde_json::from_str::<Value>(&text).map_err(|error| Malformed(error.to_string()))?;
    Ok(text.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(datagram: impl AsRef<[u8]>) -> String {
        match parse(datagram.as_ref()) {
            Ok(message) => panic!("{message:?}"),
            Err(malformed) => malformed.to_string(),
        }
    }

    #[test]
    fn the_four_fields_are_accepted_in_any_order() {
        let message = parse(
            br#" {"execution_time": 0.031948089599609375, "timestamp": 1413404125,
            "token": "test-token", "key": "foo.py-foobar"} "#,
        );
        let expected = Message {
            key: "foo.py-foobar".into(),
            token: "test-token".into(),
            timestamp: 1_413_404_125.0,
            execution_time: 0.031_948_089_599_609_375,
            extra: None,
        };
        assert_eq!(message, Ok(expected.clone()));
        let turned = r#"{"key":"foo.py-foobar","token":"test-token","timestamp":1413404125.0,
            "execution_time":3.1948089599609375e-2}"#;
        assert_eq!(parse(turned.as_bytes()), Ok(expected));
    }

    #[test]
    fn a_negative_zero_is_zero() {
        for zero in ["-0", "-0.0", "-0e5", "-1e-999"] {
            let datagram =
                format!(r#"{{"key":"k","token":"t","timestamp":1,"execution_time":{zero}}}"#);
            let time = parse(datagram.as_bytes()).unwrap().execution_time;
            assert_eq!((time, time.is_sign_negative()), (0.0, false), "{zero}");
        }
    }

    #[test]
    fn strings_may_contain_any_character() {
        let message = parse(
            br#"{"execution_time":0,"timestamp":1e9,"token":"","key":"a b/%\u00e9\ud83d\ude00\n"}"#,
        )
        .unwrap();
        assert_eq!((&*message.key, &*message.token), ("a b/%é😀\n", ""));
    }

    #[test]
    fn further_fields_are_kept_verbatim() {
        let message = parse(
            br#"{"customer" : 12345678901234567890123, "execution_time":1,"timestamp":1,"ph\"ase":[1, {"x":null}],
            "token":"t","key":"k"}"#,
        )
        .unwrap();
        let expected = r#"{"customer":12345678901234567890123,"ph\"ase":[1,{"x":null}]}"#;
        assert_eq!(message.extra.as_deref(), Some(expected));
    }

    /// Found by fuzzing: a raw value is only checked for its grammar.
    #[test]
    fn further_fields_that_other_parsers_would_reject_are_rejected() {
        for (value, expected) in [
            ("1e999", "out of range"),
            ("[{\"y\":-1.5e6182989}]", "out of range"),
            ("\"\\ud800\"", "hex escape"),
        ] {
            let start = r#"{"key":"k","token":"t","timestamp":1,"execution_time":1,"x":"#;
            let reason = reason(format!("{start}{value}}}"));
            assert!(reason.contains(expected), "{value}: {reason}");
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        for (datagram, expected) in [
            ("", "EOF"),
            ("x", "expected value"),
            ("[]", "expected an object"),
            ("3", "expected an object"),
            ("{}", "missing field `key`"),
            (r#"{"key":"k","token":"t","timestamp":1}"#, "missing field `execution_time`"),
            (r#"{"key":"k","token":"t","timestamp":"1","execution_time":1}"#, "invalid type"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":true}"#, "invalid type"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":NaN}"#, "expected value"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":1e999}"#, "out of range"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":-0.1}"#, "execution_time"),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":4e7}"#, "execution_time"),
            (r#"{"key":7,"token":"t","timestamp":1,"execution_time":1}"#, "expected a string"),
            (
                r#"{"key":"","token":"t","timestamp":1,"execution_time":1}"#,
                "key: must not be empty",
            ),
            (r#"{"key":"k","key":"l","token":"t"}"#, "duplicate field `key`"),
            (
                r#"{"a":1,"a":2,"key":"k","token":"t","timestamp":1,"execution_time":1}"#,
                "\"a\": duplicate field",
            ),
            (r#"{"key":"k","token":"t","timestamp":1,"execution_time":1} x"#, "trailing"),
        ] {
            let reason = reason(datagram);
            assert!(reason.contains(expected), "{datagram}: {reason}");
        }
        assert!(reason(b"{\"key\":\"\xff\"}").contains("unicode"));
    }

    #[test]
    fn lengths_and_nesting_are_limited() {
        let with = |key: &str, token: &str, more: &str| {
            format!(r#"{{"key":"{key}","token":"{token}","timestamp":1,"execution_time":1{more}}}"#)
        };
        let fits = with(&"k".repeat(KEY_BYTES), &"t".repeat(TOKEN_BYTES), "");
        assert!(parse(fits.as_bytes()).is_ok());
        assert!(reason(with(&"k".repeat(KEY_BYTES + 1), "t", "")).starts_with("key: 513 bytes"));
        assert!(reason(with("k", &"t".repeat(TOKEN_BYTES + 1), "")).starts_with("token: 257"));
        let nested = |depth| format!(",\"x\":{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(with("k", "t", &nested(NESTING)).as_bytes()).is_ok());
        for depth in [NESTING + 1, 10_000] {
            assert!(reason(with("k", "t", &nested(depth))).contains("nested"), "{depth}");
        }
    }
}
