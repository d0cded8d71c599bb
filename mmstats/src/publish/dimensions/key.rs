//! A set of dimensions that a family keeps: its values as bytes.

use super::DimensionRef;

/// The values of a set of dimensions as bytes, each behind a byte that says what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key(Box<[u8]>);

/// What is left of a key to be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'a>(&'a [u8]);

const ABSENT: u8 = 0;
const TEXT: u8 = 1;
const NUMBER: u8 = 2;

/// The size of a number, and of a text's size.
const WORD: usize = size_of::<u64>();

impl Key {
    pub(in crate::publish) fn of<'a>(values: impl IntoIterator<Item = DimensionRef<'a>>) -> Self {
        let mut bytes = Vec::new();
        for value in values {
            match parts(value) {
                (ABSENT, ..) => bytes.push(ABSENT),
                (kind, word, text) => {
                    bytes.push(kind);
                    bytes.extend(word.to_ne_bytes());
                    bytes.extend(text.as_bytes());
                }
            }
        }
        Self(bytes.into())
    }

    #[inline]
    pub(super) fn rest(&self) -> Rest<'_> {
        Rest(&self.0)
    }
}

impl Rest<'_> {
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next value if it is this one.
    #[inline]
    pub(super) fn take(&mut self, value: DimensionRef<'_>) -> bool {
        let (kind, word, text) = parts(value);
        let Some((&found, rest)) = self.0.split_first() else { return false };
        if found != kind {
            return false;
        }
        if kind == ABSENT {
            self.0 = rest;
            return true;
        }
        let Some((number, rest)) = rest.split_first_chunk::<WORD>() else { return false };
        if u64::from_ne_bytes(*number) != word {
            return false;
        }
        let Some(rest) = rest.strip_prefix(text.as_bytes()) else { return false };
        self.0 = rest;
        true
    }

    /// Leaves out the next value.
    pub(super) fn skip(&mut self) {
        let size = match self.0 {
            [TEXT, rest @ ..] => {
                let size = rest.first_chunk().map_or(0, |size| u64::from_ne_bytes(*size));
                1 + WORD + size as usize
            }
            [NUMBER, ..] => 1 + WORD,
            _ => 1,
        };
        self.0 = self.0.get(size..).unwrap_or_default();
    }
}

/// What a value is, its number or the size of its text, and its text.
#[inline]
fn parts(value: DimensionRef<'_>) -> (u8, u64, &str) {
    match value {
        DimensionRef::Absent | DimensionRef::Text("") => (ABSENT, 0, ""),
        DimensionRef::Text(text) => (TEXT, text.len() as u64, text),
        DimensionRef::Unsigned(number) => (NUMBER, number, ""),
        DimensionRef::Signed(number) => (NUMBER, number.cast_unsigned(), ""),
        DimensionRef::Named(number, _) => (NUMBER, number.into(), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::dimensions::DimensionRef::{Absent, Named, Signed, Text, Unsigned};

    #[test]
    fn a_key_has_the_values_that_it_was_made_of() {
        let values = [Text("größer"), Absent, Unsigned(7), Signed(-1), Named(3, "c"), Text("")];
        let key = Key::of(values);
        let is_key = |values: &[DimensionRef<'_>]| {
            let mut rest = key.rest();
            values.iter().all(|value| rest.take(*value)) && rest.is_empty()
        };
        assert!(is_key(&values));
        assert!(!is_key(&values[..5]) && !is_key(&[]));
        for (at, other) in [
            (0, Text("größe")),
            (0, Text("größer!")),
            (0, Absent),
            (1, Text("x")),
            (1, Unsigned(0)),
            (2, Unsigned(8)),
            (3, Signed(1)),
            (4, Named(2, "c")),
        ] {
            let mut values = values;
            values[at] = other;
            assert!(!is_key(&values), "{other:?}");
        }
    }

    #[test]
    fn values_can_be_left_out() {
        let key = Key::of([Text("abc"), Unsigned(7), Absent, Text("d")]);
        let mut rest = key.rest();
        (0..3).for_each(|_| rest.skip());
        assert!(rest.take(Text("d")) && rest.is_empty());
        rest.skip();
        assert!(rest.is_empty());
    }
}
