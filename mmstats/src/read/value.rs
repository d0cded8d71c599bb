//! One component of a stat, as a typed value.

use std::borrow::Cow;
use std::fmt;

/// A value of a stats file, or one component of it.
///
/// Displays whole numbers and floats exactly, so that they parse as the same value, and escapes
/// bytes. Texts are not escaped: do that before showing them on a terminal.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// An unsigned whole number.
    Unsigned(u64),
    /// A signed whole number.
    Signed(i64),
    /// A floating-point number of 2, 4 or 8 bytes in the file, including NaN and the infinities.
    Float(f64),
    /// A flag.
    Bool(bool),
    /// A text up to its first NUL, with invalid UTF-8 replaced.
    Text(Cow<'a, str>),
    /// The raw bytes of a type that this reader doesn't know.
    Bytes(&'a [u8]),
}

impl Value<'_> {
    /// The value as a number; a flag is 0 or 1. `None` for texts and bytes.
    ///
    /// Whole numbers beyond 2^53 are rounded.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Self::Unsigned(value) => Some(value as f64),
            Self::Signed(value) => Some(value as f64),
            Self::Float(value) => Some(value),
            Self::Bool(value) => Some(f64::from(u8::from(value))),
            Self::Text(_) | Self::Bytes(_) => None,
        }
    }

    /// The value as an unsigned whole number, if it is one.
    pub fn as_u64(&self) -> Option<u64> {
        match *self {
            Self::Unsigned(value) => Some(value),
            Self::Signed(value) => value.try_into().ok(),
            Self::Bool(value) => Some(value.into()),
            _ => None,
        }
    }

    /// The value as a signed whole number, if it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Unsigned(value) => value.try_into().ok(),
            Self::Signed(value) => Some(value),
            Self::Bool(value) => Some(value.into()),
            _ => None,
        }
    }

    /// A copy of the value that doesn't borrow from its file; `None` for [`Bytes`](Self::Bytes).
    pub fn to_static(&self) -> Option<Value<'static>> {
        Some(match *self {
            Self::Unsigned(value) => Value::Unsigned(value),
            Self::Signed(value) => Value::Signed(value),
            Self::Float(value) => Value::Float(value),
            Self::Bool(value) => Value::Bool(value),
            Self::Text(ref text) => Value::Text(Cow::Owned(text.clone().into_owned())),
            Self::Bytes(_) => return None,
        })
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(value) => fmt::Display::fmt(value, f),
            Self::Signed(value) => fmt::Display::fmt(value, f),
            // Debug is the shortest text that parses as the same number, with an exponent if that
            // is shorter.
            Self::Float(value) => fmt::Debug::fmt(value, f),
            Self::Bool(value) => fmt::Display::fmt(value, f),
            Self::Text(text) => f.pad(text),
            Self::Bytes(bytes) => f.pad(&bytes.escape_ascii().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_values_are_exact() {
        for (value, text) in [
            (Value::Unsigned(u64::MAX), "18446744073709551615"),
            (Value::Signed(i64::MIN), "-9223372036854775808"),
            (Value::Float(3.0), "3.0"),
            (Value::Float(1e300), "1e300"),
            (Value::Float(0.1 + 0.2), "0.30000000000000004"),
            (Value::Float(f64::NAN), "NaN"),
            (Value::Bool(true), "true"),
            (Value::Text("grüße".into()), "grüße"),
            (Value::Bytes(&[0, b'a']), r"\x00a"),
        ] {
            assert_eq!(value.to_string(), text);
        }
        assert_eq!(format!("{:>4}", Value::Unsigned(7)), "   7");
    }

    #[test]
    fn numbers_convert_where_they_fit() {
        assert_eq!(Value::Signed(-1).as_u64(), None);
        assert_eq!(Value::Unsigned(u64::MAX).as_i64(), None);
        assert_eq!(Value::Signed(7).as_u64(), Some(7));
        assert_eq!(Value::Bool(true).as_f64(), Some(1.0));
        assert_eq!(Value::Text("1".into()).as_f64(), None);
    }
}
