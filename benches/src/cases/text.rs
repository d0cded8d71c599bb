//! Texts, against copying them.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;

use super::{Bench, Comparison};
use crate::harness::{Measurement, Pair};
use crate::unrolled;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "`Text::set`, 30 bytes",
    against: "relaxed stores of its 4 words",
    asked: None,
    measure: set,
}];

fn set(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.bare()?);
    let (text, words) = (black_box(&stats.text), black_box(bare.words()));
    let value = black_box("GET /articles/2017/11/prices?a");
    let copy: [u64; 4] = black_box([7; 4]);
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(text.set(value)),
        other: unrolled!(for (word, part) in words.iter().zip(copy) {
            word.store(part, Relaxed);
        }),
        besides: None,
    })?)
}
