//! Histograms, against the crate whose buckets they have.

use std::error::Error;
use std::hint::black_box;

use super::{Bench, Comparison};
use crate::harness::{Measurement, Pair};
use crate::unrolled;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "`Histogram::record`",
    against: "`histogram::Histogram::increment`",
    asked: Some(1.1),
    measure: record,
}];

fn record(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let stats = bench.kinds()?;
    let ours = black_box(&stats.histogram);
    // The same buckets as ours by default.
    let mut other = black_box(histogram::Histogram::new(4, 40)?);
    let [mut first, mut second, mut third] = [Values::new(), Values::new(), Values::new()];
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(ours.record(first.next())),
        other: unrolled!(drop(black_box(other.increment(second.next())))),
        besides: Some(unrolled!(black_box(third.next()))),
    })?)
}

/// Values from 1 to 2^36, as many of each size.
struct Values {
    values: Box<[u64; 4096]>,
    next: usize,
}

impl Values {
    fn new() -> Self {
        let mut state = 1_u64;
        let values = std::array::from_fn(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let doublings = (state >> 32) % 37;
            (state >> 27) & ((1 << doublings) - 1) | 1 << doublings
        });
        Self { values: Box::new(values), next: 0 }
    }

    #[inline]
    fn next(&mut self) -> u64 {
        self.next = (self.next + 1) % self.values.len();
        self.values[self.next]
    }
}
