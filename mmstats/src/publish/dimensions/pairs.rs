//! Dimensions without a struct.

use std::ptr;

use super::{DimensionRef, Dimensions, Hasher, Key, Visitor};

/// Dimensions without a struct: keys and values in any order. Of a key that comes twice the last
/// value counts; an empty value is left out.
#[derive(Debug)]
pub enum Pairs {}

type Pair<'a> = (&'static str, &'a str);

impl Dimensions for Pairs {
    type Of<'a> = [Pair<'a>];

    fn visit<'a>(pairs: &'a [Pair<'_>], visitor: &mut impl Visitor<'a>) {
        for (key, value) in effective(pairs) {
            visitor.dimension(key, DimensionRef::Text(value));
        }
    }

    /// The same in any order.
    fn hash(pairs: &[Pair<'_>], hasher: Hasher) -> u64 {
        effective(pairs).fold(0, |sum, pair| sum.wrapping_add(hash_of(pair, hasher)))
    }

    /// As if all counted: to see whether they do takes as long as to hash them.
    #[inline]
    fn quick_hash(pairs: &[Pair<'_>], hasher: Hasher) -> u64 {
        pairs.iter().fold(0, |sum, &pair| sum.wrapping_add(hash_of(pair, hasher)))
    }

    fn key(pairs: &[Pair<'_>]) -> Key {
        let keys = effective(pairs).map(|(key, _)| key).collect();
        Key::with_keys(keys, effective(pairs).map(|(_, value)| DimensionRef::Text(value)))
    }

    #[inline]
    fn has_key(pairs: &[Pair<'_>], key: &Key) -> bool {
        let mut values = key.values();
        // Mostly they come as they first came. What is kept has neither empty values nor a key
        // twice.
        let mut is_same = pairs.len() == key.keys().len();
        for (number, &(found, value)) in pairs.iter().enumerate() {
            let is_known = |known: &&'static str| ptr::eq(*known, found) || *known == found;
            is_same =
                is_same && key.keys().get(number).is_some_and(is_known) && values.take_text(value);
        }
        is_same || has_key_in_another_order(pairs, key)
    }
}

/// The pairs that count.
fn effective<'a>(pairs: &'a [Pair<'a>]) -> impl Iterator<Item = Pair<'a>> {
    let numbers = (0..pairs.len()).filter(|&number| counts(pairs, number));
    numbers.map(|number| pairs[number])
}

#[inline(always)]
fn hash_of((key, value): Pair<'_>, hasher: Hasher) -> u64 {
    // A key needs no more: the program has few of them, which nobody else chooses.
    let mut hasher = hasher.with(sketch(key));
    hasher.text(value);
    hasher.finish()
}

/// Whether a pair has a value and none behind it the same key.
fn counts(pairs: &[Pair<'_>], number: usize) -> bool {
    let (key, value) = pairs[number];
    !value.is_empty() && pairs[number + 1..].iter().all(|(other, _)| !is_same_key(key, other))
}

/// Different keys mostly differ in what is compared first.
fn is_same_key(one: &'static str, other: &'static str) -> bool {
    sketch(one) == sketch(other) && one == other
}

/// The size and the first byte.
#[inline(always)]
fn sketch(key: &str) -> u64 {
    let first = key.as_bytes().first().copied().unwrap_or_default();
    (key.len() as u64) << 8 | u64::from(first)
}

#[cold]
fn has_key_in_another_order(pairs: &[Pair<'_>], key: &Key) -> bool {
    let has = |(wanted, value): Pair<'_>| {
        let mut values = key.values();
        key.keys().iter().any(|known| {
            let is_it = is_same_key(wanted, known);
            if !is_it {
                values.skip();
            }
            is_it && values.take(DimensionRef::Text(value))
        })
    };
    effective(pairs).count() == key.keys().len() && effective(pairs).all(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_repetition_and_empty_values_make_no_difference() {
        let set: &[Pair<'_>] = &[("a", "1"), ("b", "2")];
        let hasher = Hasher::random();
        let (key, hash) = (Pairs::key(set), Pairs::hash(set, hasher));
        assert_eq!(Pairs::quick_hash(set, hasher), hash);
        let same: [&[Pair<'_>]; 4] = [
            &[("a", "1"), ("b", "2")],
            &[("b", "2"), ("a", "1")],
            &[("b", "3"), ("a", "1"), ("c", ""), ("b", "2")],
            &[("b", ""), ("a", "2"), ("b", "2"), ("a", "1")],
        ];
        for pairs in same {
            assert!(Pairs::has_key(pairs, &key) && Pairs::hash(pairs, hasher) == hash, "{pairs:?}");
        }
        let others: [&[Pair<'_>]; 7] = [
            &[],
            &[("a", "1")],
            &[("a", "2"), ("b", "1")],
            &[("b", "1"), ("a", "2")],
            &[("a", "1"), ("b", "2"), ("c", "3")],
            &[("b", "2"), ("a", "1"), ("b", "")],
            &[("1", "a"), ("2", "b")],
        ];
        for pairs in others {
            assert!(!Pairs::has_key(pairs, &key), "{pairs:?}");
            assert_ne!(Pairs::hash(pairs, hasher), hash, "{pairs:?}");
        }
    }

    /// The bytes of keys and values must not be mistaken for each other's.
    #[test]
    fn a_value_is_never_taken_for_a_key() {
        let key = Pairs::key(&[("a", "b"), ("b", "c")]);
        assert!(!Pairs::has_key(&[("b", "b"), ("a", "c")], &key));
        assert!(!Pairs::has_key(&[("b", "c"), ("c", "a")], &key));
    }
}
