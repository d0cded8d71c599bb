//! Dimensions without a struct.

use super::{DimensionRef, Dimensions, Hasher, Key};

/// Dimensions without a struct: keys and values in any order. Of a key that comes twice the last
/// value counts; an empty value is left out.
#[derive(Debug)]
pub enum Pairs {}

type Pair<'a> = (&'static str, &'a str);

impl Dimensions for Pairs {
    type Of<'a> = [Pair<'a>];

    #[inline]
    fn visit<'a>(pairs: &'a [Pair<'_>], mut each: impl FnMut(&'static str, DimensionRef<'a>)) {
        effective(pairs).for_each(|(key, value)| each(key, DimensionRef::Text(value)));
    }

    /// The same in any order.
    #[inline]
    fn hash(pairs: &[Pair<'_>], hasher: Hasher) -> u64 {
        let of_pair = |(key, value): Pair<'_>| {
            let mut hasher = hasher;
            hasher.text(key);
            hasher.text(value);
            hasher.finish()
        };
        effective(pairs).map(of_pair).fold(0, u64::wrapping_add)
    }

    fn key(pairs: &[Pair<'_>]) -> Key {
        Key::of(effective(pairs).flat_map(|(key, value)| [key, value]).map(DimensionRef::Text))
    }

    #[inline]
    fn has_key(pairs: &[Pair<'_>], key: &Key) -> bool {
        let mut rest = key.rest();
        let mut take = |text| rest.take(DimensionRef::Text(text));
        let is_same = effective(pairs).all(|(key, value)| take(key) && take(value));
        is_same && rest.is_empty() || has_key_in_another_order(pairs, key)
    }
}

/// The pairs that count.
#[inline]
fn effective<'a>(pairs: &'a [Pair<'a>]) -> impl Iterator<Item = Pair<'a>> {
    let mut rest = pairs;
    std::iter::from_fn(move || {
        loop {
            let (&(key, value), after) = rest.split_first()?;
            rest = after;
            let is_last = after.iter().all(|(other, _)| *other != key);
            if is_last && !value.is_empty() {
                return Some((key, value));
            }
        }
    })
}

fn has_key_in_another_order(pairs: &[Pair<'_>], key: &Key) -> bool {
    let has = |(wanted, value): Pair<'_>| {
        let mut rest = key.rest();
        while !rest.is_empty() {
            if rest.take(DimensionRef::Text(wanted)) {
                return rest.take(DimensionRef::Text(value));
            }
            rest.skip();
            rest.skip();
        }
        false
    };
    let mut rest = key.rest();
    let mut known = 0;
    while !rest.is_empty() {
        rest.skip();
        rest.skip();
        known += 1;
    }
    effective(pairs).count() == known && effective(pairs).all(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_repetition_and_empty_values_make_no_difference() {
        let set: &[Pair<'_>] = &[("a", "1"), ("b", "2")];
        let hasher = Hasher::random();
        let (key, hash) = (Pairs::key(set), Pairs::hash(set, hasher));
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
