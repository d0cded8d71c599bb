//! Struct values: the cost of consistent reads of all components.
//!
//! The library's own protocol over the words of a bare map.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicU64, fence};

use mmstats::__private::protocol::{Words, publish};

use super::{Against, Bench, Comparison};
use crate::harness::Measurement;
use crate::{bare_forms, unrolled};

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "struct value, 3 components",
        against: Against::Limit("3 relaxed stores"),
        asked: Some(2.5),
        measure: components::<3>,
    },
    Comparison {
        operation: "struct value, 6 components",
        against: Against::Limit("6 relaxed stores"),
        asked: Some(2.5),
        measure: components::<6>,
    },
];

fn components<const N: usize>(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (map, bare) = (bench.bare()?, bench.fixed()?);
    let (index, words) = map.words().split_first().ok_or("no words")?;
    // The index is a byte of its own in a file; a word's store costs the same.
    let value = black_box(Mapped { index, words: &words[..2 * (N + 1)] });
    let figures = black_box([7; N]);
    let ours = unrolled!(publish(&value, N + 1, |first| {
        for (word, figure) in figures.into_iter().enumerate() {
            value.store(first + word, figure);
        }
    }));
    let limit =
        bare_forms!(&bare, |word| for (number, figure) in figures.into_iter().enumerate() {
            word(number).store(figure, Relaxed);
        });
    Ok(bench.harness.compare_with_fastest(ours, limit)?)
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
