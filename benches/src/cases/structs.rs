//! Struct values: the cost of consistent reads of all components.
//!
//! The library's own protocol over the words of a bare map.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicU64, fence};

use mmstats::__private::protocol::{Words, publish};

use super::{Bench, Comparison};
use crate::harness::{Measurement, Pair};
use crate::unrolled;

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "struct value, 3 components",
        against: "3 relaxed stores",
        asked: Some(2.5),
        measure: components::<3>,
    },
    Comparison {
        operation: "struct value, 6 components",
        against: "6 relaxed stores",
        asked: Some(2.5),
        measure: components::<6>,
    },
];

fn components<const N: usize>(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (map, bare) = (bench.bare()?, bench.bare()?);
    let (index, words) = map.words().split_first().ok_or("no words")?;
    // The index is a byte of its own in a file; a word's store costs the same.
    let value = black_box(Mapped { index, words: &words[..2 * (N + 1)] });
    let other = black_box(bare.words()).first_chunk::<N>().ok_or("no words")?;
    let figures = black_box([7; N]);
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(publish(&value, N + 1, |first| {
            for (word, figure) in figures.into_iter().enumerate() {
                value.store(first + word, figure);
            }
        })),
        other: unrolled!(for (word, figure) in other.iter().zip(figures) {
            word.store(figure, Relaxed);
        }),
        besides: None,
    })?)
}

/// A struct value in a bare map.
struct Mapped<'a> {
    index: &'a AtomicU64,
    words: &'a [AtomicU64],
}

impl Words for Mapped<'_> {
    fn index(&self) -> u8 {
        self.index.load(Relaxed) as u8
    }

    fn release_index(&self, index: u8) {
        self.index.store(index.into(), Release);
    }

    fn load(&self, word: usize) -> u64 {
        self.words[word].load(Relaxed)
    }

    fn store(&self, word: usize, value: u64) {
        self.words[word].store(value, Relaxed);
    }

    fn release(&self, word: usize, value: u64) {
        self.words[word].store(value, Release);
    }

    fn fence(&self) {
        fence(Release);
    }
}
