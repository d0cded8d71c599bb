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
