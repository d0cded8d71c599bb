//! A parameter's value, and its type on the wire.

/// A value. Every integer type converts to [`Value::I32`] where it fits, else to [`Value::F64`], as
/// receivers turn every number into an `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Type 0. MonALISA trims texts and ignores empty ones.
    Text(&'a [u8]),
    /// Type 2.
    I32(i32),
    /// Type 3; no sender writes it, receivers read it.
    I64(i64),
    /// Type 4.
    F32(f32),
    /// Type 5.
    F64(f64),
}

impl Value<'_> {
    /// The number of the type on the wire.
    pub fn type_number(&self) -> i32 {
        match self {
            Self::Text(_) => 0,
            Self::I32(_) => 2,
            Self::I64(_) => 3,
            Self::F32(_) => 4,
            Self::F64(_) => 5,
        }
    }

    /// Whether it is a number that is infinite or not a number.
    pub fn is_not_finite(&self) -> bool {
        match self {
            Self::F32(number) => !number.is_finite(),
            Self::F64(number) => !number.is_finite(),
            _ => false,
        }
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Value<'_> {
            #[inline]
            #[allow(clippy::cast_lossless, reason = "one macro for all integers")]
            fn from(number: $integer) -> Self {
                i32::try_from(number).map_or(Self::F64(number as f64), Self::I32)
            }
        }
    )*};
}

from_integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl From<bool> for Value<'_> {
    #[inline]
    fn from(value: bool) -> Self {
        Self::I32(value.into())
    }
}

impl From<f32> for Value<'_> {
    #[inline]
    fn from(number: f32) -> Self {
        Self::F64(number.into())
    }
}

impl From<f64> for Value<'_> {
    #[inline]
    fn from(number: f64) -> Self {
        Self::F64(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    #[inline]
    fn from(text: &'a str) -> Self {
        Self::Text(text.as_bytes())
    }
}

impl<'a> From<&'a String> for Value<'a> {
    #[inline]
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_bytes())
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    #[inline]
    fn from(text: &'a [u8]) -> Self {
        Self::Text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_i32_where_they_fit() {
        let conversions: [(Value<'_>, _); 10] = [
            (i8::MIN.into(), Value::I32(-128)),
            (u16::MAX.into(), Value::I32(65_535)),
            (i64::from(i32::MIN).into(), Value::I32(i32::MIN)),
            (i64::from(i32::MAX).into(), Value::I32(i32::MAX)),
            ((i64::from(i32::MIN) - 1).into(), Value::F64(-2_147_483_649.0)),
            (2_147_483_648_u32.into(), Value::F64(2_147_483_648.0)),
            (u64::MAX.into(), Value::F64(18_446_744_073_709_551_615.0)),
            (usize::MIN.into(), Value::I32(0)),
            (true.into(), Value::I32(1)),
            (false.into(), Value::I32(0)),
        ];
        for (value, expected) in conversions {
            assert_eq!(value, expected);
        }
    }

    #[test]
    fn floats_are_f64_and_texts_are_bytes() {
        assert_eq!(Value::from(0.5_f32), Value::F64(0.5));
        assert_eq!(Value::from(-2.5), Value::F64(-2.5));
        assert_eq!(Value::from("é"), Value::Text(b"\xc3\xa9"));
        assert_eq!(Value::from(&b"\xe9"[..]), Value::Text(b"\xe9"));
    }

    #[test]
    fn only_numbers_can_be_not_finite() {
        let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        assert!(numbers.iter().all(|number| Value::F64(*number).is_not_finite()));
        assert!(numbers.iter().all(|number| Value::F32(*number as f32).is_not_finite()));
        for value in [Value::F64(f64::MAX), Value::I64(i64::MAX), Value::Text(b"NaN")] {
            assert!(!value.is_not_finite());
        }
    }
}
