//! The keyed hash by which a family finds its series.
//!
//! Multiplies and folds, as wyhash and foldhash do: a few cycles a value, where the standard
//! library's hash takes tens. Values may come from outside, so the seeds are secret: nobody who
//! doesn't know them can choose values that collide. They differ from family to family.

use std::hash::{BuildHasher, RandomState};

use super::DimensionRef;
use super::bytes::ends;

/// Hashes the values of dimensions.
#[derive(Clone, Copy, Debug)]
pub struct Hasher {
    state: u64,
    seed: u64,
}

impl Hasher {
    /// A hasher with new seeds.
    pub(in crate::publish) fn random() -> Self {
        let source = RandomState::new();
        Self { state: source.hash_one(0), seed: source.hash_one(1) }
    }

    /// Another one: the same values have other hashes.
    #[inline(always)]
    pub(super) fn with(self, number: u64) -> Self {
        Self { state: self.state ^ number, ..self }
    }

    /// Adds a value.
    #[inline(always)]
    pub(super) fn value(&mut self, value: DimensionRef<'_>) {
        match value {
            DimensionRef::Text(text) => self.text(text),
            // As an empty text, which is left out too.
            DimensionRef::Absent => self.text(""),
            DimensionRef::Unsigned(number) => self.word(number),
            DimensionRef::Signed(number) => self.word(number.cast_unsigned()),
            DimensionRef::Named(number, _) => self.word(number.into()),
        }
    }

    #[inline(always)]
    pub(super) fn word(&mut self, word: u64) {
        self.state = folded(self.state ^ word, self.seed);
    }

    /// Adds the bytes of a text in pieces of up to 16. The last may overlap the one before.
    #[inline(always)]
    pub(super) fn text(&mut self, text: &str) {
        let mut bytes = text.as_bytes();
        while bytes.len() > 16 {
            let (piece, rest) = bytes.split_at(16);
            self.pair(ends(piece));
            let is_last = rest.len() <= 16;
            bytes = if is_last { &bytes[rest.len()..] } else { rest };
        }
        self.pair(ends(bytes));
        // Behind the product, where no choice of bytes makes up for another size.
        self.state = self.state.wrapping_add(text.len() as u64);
    }

    #[inline(always)]
    fn pair(&mut self, [first, last]: [u64; 2]) {
        self.state = folded(self.state ^ first, self.seed ^ last);
    }

    /// The hash of what was added.
    #[inline(always)]
    pub(super) fn finish(self) -> u64 {
        self.state
    }
}

/// Both halves of the product, one on the other: each bit depends on nearly all bits.
#[inline(always)]
fn folded(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn hash(texts: &[&str]) -> u64 {
        let mut hasher = Hasher { state: 0x1234_5678_9abc_def1, seed: 0xfeed_beef_dead_c0d3 };
        for text in texts {
            hasher.text(text);
        }
        hasher.finish()
    }

    #[test]
    fn a_change_of_any_byte_changes_the_hash() {
        let mut hashes = HashSet::new();
        for size in 0..50 {
            let text = "a".repeat(size);
            assert!(hashes.insert(hash(&[&text])), "{size}");
            for at in 0..size {
                let mut other = text.clone();
                other.replace_range(at..=at, "b");
                assert!(hashes.insert(hash(&[&other])), "{size} {at}");
            }
        }
    }

    #[test]
    fn texts_are_kept_apart() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(hash(&["a", ""]), hash(&["", "a"]));
        assert_ne!(hash(&["a"]), hash(&["a", ""]));
    }

    #[test]
    fn seeds_differ() {
        let [one, other] = [Hasher::random(), Hasher::random()];
        assert_ne!((one.state, one.seed), (other.state, other.seed));
    }

    /// The table takes positions from the lower bits, and tells most others by the upper half.
    #[test]
    fn lower_and_upper_bits_are_spread_evenly() {
        let mut low = [0_u32; 256];
        let mut high = [0_u32; 256];
        for number in 0..65_536_u64 {
            let mut hasher = Hasher { state: 0x1234_5678_9abc_def1, seed: 0xfeed_beef_dead_c0d3 };
            hasher.word(number);
            let hash = hasher.finish();
            low[hash as usize % 256] += 1;
            high[(hash >> 56) as usize] += 1;
        }
        // 256 is expected, with a standard deviation of 16.
        let is_even = |counts: &[u32]| counts.iter().all(|count| (166..346).contains(count));
        assert!(is_even(&low) && is_even(&high), "{low:?} {high:?}");
    }
}
