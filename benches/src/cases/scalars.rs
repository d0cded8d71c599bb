//! Scalars by `&self`, against the loads and stores that they are made of.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;

use super::{Against, Bench, Comparison};
use crate::bare::forms::FixedMap;
use crate::harness::{BareForm, Measurement};
use crate::{bare_forms, unrolled};

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`Counter::incr`",
        against: Against::Limit("relaxed load, add, store"),
        asked: Some(1.10),
        measure: counter,
    },
    Comparison {
        operation: "`Gauge<u64>::set`",
        against: Against::Limit("relaxed store"),
        asked: Some(1.10),
        measure: gauge,
    },
];

fn counter(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.fixed()?);
    let counter = black_box(&stats.counter);
    let ours = unrolled!(counter.incr());
    Ok(bench.harness.compare_with_fastest(ours, increments(&bare))?)
}

fn gauge(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.fixed()?);
    let gauge = black_box(&stats.gauge);
    let ours = unrolled!(gauge.set(7));
    Ok(bench.harness.compare_with_fastest(ours, stores(&bare))?)
}

/// What a counter can't do without.
pub fn increments<const NUMBER: usize>(bare: &FixedMap<NUMBER>) -> Vec<BareForm<'_>> {
    bare_forms!(bare, |word| word(0).store(word(0).load(Relaxed).wrapping_add(1), Relaxed))
}

/// What a gauge can't do without.
pub fn stores(bare: &FixedMap) -> Vec<BareForm<'_>> {
    bare_forms!(bare, |word| word(0).store(7, Relaxed))
}
