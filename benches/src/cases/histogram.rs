//! Histograms, against the crate whose buckets they have, and one with fewer.

use std::error::Error;
use std::hint::black_box;

use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, Turn};
use crate::unrolled;

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`Histogram::record`",
        against: Against::Other("`histogram::Histogram::increment`"),
        asked: Some(1.1),
        measure: plain,
    },
    Comparison {
        operation: "`Histogram::record`",
        against: Against::Other("prometheus `Histogram::observe`"),
        asked: Some(0.1),
        measure: prometheus,
    },
];

fn plain(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    // The same buckets as ours by default.
    let mut other = black_box(histogram::Histogram::new(4, 40)?);
    let mut values = Values::new();
    measure(bench, unrolled!(drop(black_box(other.increment(values.next())))))
}

fn prometheus(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    use prometheus::{Histogram, HistogramOpts, exponential_buckets};

    // Eleven buckets, its default, over the range of the values.
    let options = HistogramOpts::new("sizes", "How large things are.")
        .buckets(exponential_buckets(1.0, 12.0, 11)?);
    let other = Histogram::with_opts(options)?;
    let other = black_box(&other);
    let mut values = Values::new();
    measure(bench, unrolled!(other.observe(values.next() as f64)))
}

/// Our histogram against another; the time to generate a value is subtracted from both.
fn measure(bench: &Bench, other: Turn<'_>) -> Result<Measurement, Box<dyn Error>> {
    let stats = bench.kinds()?;
    let ours = black_box(&stats.histogram);
    let [mut first, mut second] = [Values::new(), Values::new()];
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(ours.record(first.next())),
        other,
        besides: Some(unrolled!(black_box(second.next()))),
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
