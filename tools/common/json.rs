//! JSON as the tools write it: exact numbers, and text that is safe on a terminal.

use std::path::Path;

use mmstats::{Value, Verdict};
use serde::{Serialize, Serializer};

/// An element of `errors`: a file that couldn't be read, or not to its end.
#[derive(Debug, Serialize)]
pub struct FileError {
    path: String,
    error: String,
}

impl FileError {
    /// The file and the reason, without the file's name in it.
    pub fn new(path: &Path, reason: String) -> Self {
        Self { path: path.to_string_lossy().into_owned(), error: reason }
    }
}

/// Whether a program is alive: true, false, or null if nothing proves either.
pub const fn is_alive(verdict: Verdict) -> Option<bool> {
    match verdict {
        Verdict::Alive => Some(true),
        Verdict::Dead => Some(false),
        _ => None,
    }
}

/// A stat's value: integers exact, floats with the fewest digits that give the same float again,
/// floats that JSON lacks as the strings `"NaN"`, `"inf"` and `"-inf"`, raw bytes as hex.
pub struct Exact<'a>(pub Value<'a>);

impl Serialize for Exact<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Unsigned(value) => serializer.serialize_u64(*value),
            Value::Signed(value) => serializer.serialize_i64(*value),
            Value::Float(value) if value.is_finite() => serializer.serialize_f64(*value),
            Value::Float(value) => serializer.collect_str(value),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) => serializer.collect_str(&Hex(bytes)),
            // A kind of value that a later version of the library knows.
            other => serializer.collect_str(other),
        }
    }
}

/// Bytes as lower-case hex digits.
pub struct Hex<'a>(pub &'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use mmstats_cli::json::text;

    use super::*;

    #[test]
    fn numbers_are_exact() {
        assert_eq!(text(&Exact(Value::Unsigned(u64::MAX))), "18446744073709551615");
        assert_eq!(text(&Exact(Value::Signed(i64::MIN))), "-9223372036854775808");
        assert_eq!(text(&Exact(Value::Float(0.1))), "0.1");
        for (value, expected) in
            [(f64::NAN, "\"NaN\""), (f64::INFINITY, "\"inf\""), (f64::NEG_INFINITY, "\"-inf\"")]
        {
            assert_eq!(text(&Exact(Value::Float(value))), expected);
        }
        assert_eq!(text(&Exact(Value::Bytes(&[0, 0xff]))), "\"00ff\"");
    }
}
