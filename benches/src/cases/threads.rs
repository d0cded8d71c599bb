//! Two threads at once, each with its own file: they must not slow each other down.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;

use super::{Bench, Comparison};
use crate::harness::{Measurement, Pair, on_two_threads};
use crate::rounds;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "`Counter::incr`, two threads, own files",
    against: "relaxed load, add, store, two threads",
    asked: Some(1.10),
    measure: counters,
}];

fn counters(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = ([bench.kinds()?, bench.kinds()?], [bench.bare()?, bench.bare()?]);
    Ok(bench.harness.compare(Pair {
        ours: on_two_threads(stats.map(|stats| {
            move |times| {
                let counter = black_box(&stats.counter);
                rounds!(times, counter.incr())
            }
        })),
        other: on_two_threads(bare.map(|bare| {
            move |times| {
                let word = black_box(&bare.words()[0]);
                rounds!(times, word.store(word.load(Relaxed).wrapping_add(1), Relaxed))
            }
        })),
        besides: None,
    })?)
}
