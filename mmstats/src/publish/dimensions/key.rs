//! A set of dimensions that a family keeps.

use super::DimensionRef;
use super::bytes::ends;

/// The values of a set of dimensions as words, one after the other: each is a word that says what
/// follows, and that. With their keys, where these can be any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    values: Box<[u64]>,
    keys: Box<[&'static str]>,
}

/// What is left of the values to be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a>(&'a [u64]);

/// The lowest two bits of the word before a value; the rest is the size of a text in bytes.
const ABSENT: u64 = 0;
const TEXT: u64 = 1;
const NUMBER: u64 = 2;

/// Up to this many bytes of a text are kept as their ends.
const SHORT: usize = 16;
const WORD: usize = size_of::<u64>();

impl Key {
    /// Of values whose keys are always the same.
    pub(in crate::publish) fn of<'a>(values: impl IntoIterator<Item = DimensionRef<'a>>) -> Self {
        Self::with_keys(Box::default(), values)
    }

    pub(super) fn with_keys<'a>(
        keys: Box<[&'static str]>,
        values: impl IntoIterator<Item = DimensionRef<'a>>,
    ) -> Self {
        let mut words = Vec::new();
        for value in values {
            let number = match value {
                DimensionRef::Unsigned(number) => number,
                DimensionRef::Signed(number) => number.cast_unsigned(),
                DimensionRef::Named(number, _) => number.into(),
                DimensionRef::Absent | DimensionRef::Text(_) => {
                    let bytes = value.text();
                    let bytes = bytes.as_bytes();
                    words.push(head(bytes));
                    if is_short(bytes) {
                        words.extend(ends(bytes));
                    } else {
                        words.extend(long_words(bytes));
                    }
                    continue;
                }
            };
            words.extend([NUMBER, number]);
        }
        Self { values: words.into(), keys }
    }

    #[inline(always)]
    pub(super) fn values(&self) -> Values<'_> {
        Values(&self.values)
    }

    #[inline(always)]
    pub(super) fn keys(&self) -> &[&'static str] {
        &self.keys
    }
}

impl Values<'_> {
    #[inline(always)]
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next value, and returns whether it is this one. After another one there is nothing
    /// to be compared any more.
    #[inline(always)]
    pub(super) fn take(&mut self, value: DimensionRef<'_>) -> bool {
        let number = match value {
            DimensionRef::Absent => return self.take_text(""),
            DimensionRef::Text(text) => return self.take_text(text),
            DimensionRef::Unsigned(number) => number,
            DimensionRef::Signed(number) => number.cast_unsigned(),
            DimensionRef::Named(number, _) => number.into(),
        };
        let [head, found, ref rest @ ..] = *self.0 else { return false };
        self.0 = rest;
        head == NUMBER && found == number
    }

    /// The same for a text.
    #[inline(always)]
    pub(super) fn take_text(&mut self, text: &str) -> bool {
        let bytes = text.as_bytes();
        if !is_short(bytes) {
            return self.take_other_text(bytes);
        }
        let [first, last] = ends(bytes);
        let [found_head, found_first, found_last, ref rest @ ..] = *self.0 else { return false };
        self.0 = rest;
        found_head == head(bytes) && found_first == first && found_last == last
    }

    /// One that is empty or long.
    fn take_other_text(&mut self, bytes: &[u8]) -> bool {
        let Some((&found, rest)) = self.0.split_first() else { return false };
        let Some((words, rest)) = rest.split_at_checked(bytes.len().div_ceil(WORD)) else {
            return false;
        };
        self.0 = rest;
        found == head(bytes) && long_words(bytes).eq(words.iter().copied())
    }

    /// Leaves out the next value.
    pub(super) fn skip(&mut self) {
        let size = self.0.first().map_or(0, |head| match (head & 3, (head >> 2) as usize) {
            (NUMBER, _) => 1,
            (_, 1..=SHORT) => 2,
            (_, size) => size.div_ceil(WORD),
        });
        self.0 = self.0.get(1 + size..).unwrap_or_default();
    }
}

#[inline(always)]
fn is_short(bytes: &[u8]) -> bool {
    bytes.len().wrapping_sub(1) < SHORT
}

/// The word before a text.
#[inline(always)]
fn head(bytes: &[u8]) -> u64 {
    if bytes.is_empty() { ABSENT } else { TEXT | (bytes.len() as u64) << 2 }
}

/// The words of a text that isn't short.
fn long_words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks(WORD).map(|bytes| {
        let mut word = [0; WORD];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_ne_bytes(word)
    })
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
            let mut rest = key.values();
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
        let mut rest = key.values();
        (0..3).for_each(|_| rest.skip());
        assert!(rest.take(Text("d")) && rest.is_empty());
        rest.skip();
        assert!(rest.is_empty());
    }
}
