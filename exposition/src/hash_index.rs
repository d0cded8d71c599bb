//! Numbers for things that are kept elsewhere, found by a hash.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

/// Finds the numbers of things by their keyed hashes. It has no copies of the things, so looking
/// for one doesn't allocate, and nobody who chooses them can make it slow.
#[derive(Debug, Default)]
pub struct HashIndex {
    keys: RandomState,
    /// By hash. Of several things with one hash, later ones have the next hash that was free.
    numbers: HashMap<u64, usize, BuildHasherDefault<AlreadyHashed>>,
}

impl HashIndex {
    /// The number of a thing: one for which `is_it` holds, else `new`.
    pub fn number(&mut self, thing: impl Hash, new: usize, is_it: impl Fn(usize) -> bool) -> usize {
        self.number_of_hash(self.keys.hash_one(thing), new, is_it)
    }

    fn number_of_hash(
        &mut self,
        mut hash: u64,
        new: usize,
        is_it: impl Fn(usize) -> bool,
    ) -> usize {
        loop {
            match self.numbers.entry(hash) {
                Entry::Vacant(entry) => return *entry.insert(new),
                Entry::Occupied(entry) if is_it(*entry.get()) => return *entry.get(),
                Entry::Occupied(_) => hash = hash.wrapping_add(1),
            }
        }
    }
}

/// Takes hashes for what they are.
#[derive(Debug, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_keep_their_numbers_even_if_they_share_a_hash() {
        let things = ["a", "b", "c", "b", "a", "c"];
        for hash in [|_: &str| u64::MAX, |thing: &str| u64::from(thing.as_bytes()[0])] {
            let mut index = HashIndex::default();
            let numbers = things.map(|thing| {
                index.number_of_hash(hash(thing), index.numbers.len(), |it| things[it] == thing)
            });
            assert_eq!(numbers, [0, 1, 2, 1, 0, 2]);
        }
        let mut index = HashIndex::default();
        let numbers = things.map(|it| index.number(it, index.numbers.len(), |at| things[at] == it));
        assert_eq!(numbers, [0, 1, 2, 1, 0, 2]);
    }
}
