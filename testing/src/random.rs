//! Numbers that are random enough, and repeatable.

use std::env;

/// Pseudo-random numbers (xorshift): the same for the same seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    #[expect(clippy::should_implement_trait, reason = "it has no end")]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number less than `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.next() as usize % limit
    }

    pub fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// `MMSTATS_TEST_SEED`, else always the same: a change must not fail by what it didn't touch.
pub fn seed() -> u64 {
    let given = env::var("MMSTATS_TEST_SEED").ok();
    given.map_or(1, |seed| seed.parse().expect("a number"))
}
