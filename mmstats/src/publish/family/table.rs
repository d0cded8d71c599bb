//! The series that a thread has met, found by hash.
//!
//! ```text
//!  hash --> index: tag and number in a word --> entries, in chunks that never move
//! ```
//!
//! Nothing is ever borrowed: words are copied, and entries stay where they are. So the program's own
//! code may run in between, and a reference to a stat stays good while others are added.

use std::cell::{Cell, OnceCell};
use std::iter;

use crate::publish::dimensions::Key;

/// Series by their keys.
#[derive(Debug)]
pub(super) struct Table<F> {
    /// Each twice as large as the one before; all but the last are left behind.
    indexes: [OnceCell<Box<[Cell<Slot>]>>; INDEXES],
    /// Which one is used.
    current: Cell<usize>,
    chunks: [OnceCell<Chunk<F>>; CHUNKS],
    len: Cell<usize>,
}

#[derive(Debug)]
struct Entry<F> {
    hash: u64,
    key: Key,
    stat: F,
}

type Chunk<F> = Box<[OnceCell<Entry<F>>; CHUNK]>;

/// Where an entry is: the upper half has the upper half of its hash, the lower half its number
/// counted from 1. 0: free.
type Slot = u64;

/// The number of entries in a chunk.
const CHUNK: usize = 32;
/// Enough for the most series of a process, 10,000.
const CHUNKS: usize = 313;
/// Size of the first index.
const FIRST: usize = 16;
/// The last index has at least twice as many slots as there can be entries.
const INDEXES: usize = 12;

const TAG: u64 = !(u32::MAX as u64);

impl<F> Table<F> {
    pub(super) fn new() -> Self {
        Self {
            indexes: [const { OnceCell::new() }; INDEXES],
            current: Cell::new(0),
            chunks: [const { OnceCell::new() }; CHUNKS],
            len: Cell::new(0),
        }
    }

    /// The stat with this hash whose key satisfies `is_wanted`.
    #[inline]
    pub(super) fn find(&self, hash: u64, is_wanted: impl Fn(&Key) -> bool) -> Option<&F> {
        let index = self.indexes[self.current.get()].get()?;
        let last = index.len() - 1;
        let mut at = hash as usize & last;
        loop {
            let slot = index[at].get();
            if slot == 0 {
                return None;
            }
            if (slot ^ hash) & TAG == 0 {
                let entry = self.entry(slot as u32 as usize - 1)?;
                if is_wanted(&entry.key) {
                    return Some(&entry.stat);
                }
            }
            at = (at + 1) & last;
        }
    }

    /// Adds a stat; `None` if there can't be more.
    pub(super) fn insert(&self, hash: u64, key: Key, stat: F) -> Option<&F> {
        // An allocation that the program counts may add an entry meanwhile: so first everything is
        // allocated, then everything is stored.
        let (number, entries, offset) = loop {
            let number = self.len.get();
            let (chunk, offset) = position(number);
            let chunk = self.chunks.get(chunk)?;
            if chunk.get().is_none() {
                let _nested = chunk.set(Box::new([const { OnceCell::new() }; CHUNK]));
            }
            self.make_room();
            if self.len.get() == number {
                break (number, chunk.get()?, offset);
            }
        };
        let _free = entries[offset].set(Entry { hash, key, stat });
        put(self.index()?, hash, number);
        self.len.set(number + 1);
        Some(&entries[offset].get()?.stat)
    }

    /// All stats.
    pub(super) fn iter(&self) -> impl Iterator<Item = &F> {
        (0..self.len.get()).filter_map(|number| Some(&self.entry(number)?.stat))
    }

    #[inline]
    fn entry(&self, number: usize) -> Option<&Entry<F>> {
        let (chunk, offset) = position(number);
        self.chunks.get(chunk)?.get()?[offset].get()
    }

    fn index(&self) -> Option<&[Cell<Slot>]> {
        self.indexes[self.current.get()].get().map(|index| &**index)
    }

    /// Sees to it that half of the index is free after one more.
    fn make_room(&self) {
        while self.index().is_none_or(|index| index.len() < 2 * (self.len.get() + 1)) {
            let current = self.current.get();
            let larger = current + usize::from(self.index().is_some());
            let index = &self.indexes[larger];
            if index.get().is_none() {
                let _nested = index.set(iter::repeat_n(Cell::new(0), FIRST << larger).collect());
            }
            let Some(index) = index.get().filter(|_| self.current.get() == current) else {
                continue;
            };
            for number in 0..self.len.get() {
                if let Some(entry) = self.entry(number) {
                    put(index, entry.hash, number);
                }
            }
            self.current.set(larger);
        }
    }
}

/// Puts the number of an entry into an index with free slots.
fn put(index: &[Cell<Slot>], hash: u64, number: usize) {
    let last = index.len() - 1;
    let mut at = hash as usize & last;
    while index[at].get() != 0 {
        at = (at + 1) & last;
    }
    index[at].set(hash & TAG | (number as u64 + 1));
}

/// The chunk of an entry, and where it is in there.
#[inline]
fn position(number: usize) -> (usize, usize) {
    (number / CHUNK, number % CHUNK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::dimensions::DimensionRef;

    fn key(number: u64) -> Key {
        Key::of([DimensionRef::Unsigned(number)])
    }

    /// As many as a process can have, with hashes of which many are equal in part or wholly.
    #[test]
    fn each_is_found_where_it_was_added() {
        let hash = |number: u64| ((number % 100) << 32) | (number % 1000);
        let table = Table::new();
        let mut kept = Vec::new();
        for number in 0..10_000 {
            assert_eq!(table.find(hash(number), |found| *found == key(number)), None);
            kept.push(table.insert(hash(number), key(number), number).unwrap());
        }
        for number in 0..10_000 {
            let found = table.find(hash(number), |found| *found == key(number)).unwrap();
            assert!(*found == number && std::ptr::eq(found, kept[number as usize]));
        }
        assert!(table.iter().copied().eq(0..10_000));
    }

    #[test]
    fn there_are_no_more_than_its_chunks_have() {
        let table = Table::new();
        let most = CHUNK * CHUNKS;
        for number in 0..most as u64 {
            assert!(table.insert(number << 32 | number, Key::default(), ()).is_some());
        }
        assert!(table.insert(0, Key::default(), ()).is_none());
        assert_eq!(table.iter().count(), most);
    }
}
