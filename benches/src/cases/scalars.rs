//! Scalars by `&self`, against the loads and stores that they are made of.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;

use super::{Bench, Comparison};
use crate::harness::{Measurement, Pair};
use crate::unrolled;

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`Counter::incr`",
        against: "relaxed load, add, store",
        asked: Some(1.10),
        measure: counter,
    },
    Comparison {
        operation: "`Gauge<u64>::set`",
        against: "relaxed store",
        asked: Some(1.10),
        measure: gauge,
    },
];

fn counter(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.bare()?);
    let (counter, word) = (black_box(&stats.counter), black_box(&bare.words()[0]));
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(counter.incr()),
        other: unrolled!(word.store(word.load(Relaxed).wrapping_add(1), Relaxed)),
        besides: None,
    })?)
}

fn gauge(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.bare()?);
    let (gauge, word) = (black_box(&stats.gauge), black_box(&bare.words()[0]));
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(gauge.set(7)),
        other: unrolled!(word.store(7, Relaxed)),
        besides: None,
    })?)
}
