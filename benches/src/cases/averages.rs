//! Averages, against simple implementations.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};
use crate::{bare_forms, unrolled};

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`Average::add`",
        against: Against::Limit("the same figures by relaxed stores"),
        asked: Some(2.5),
        measure: average,
    },
    Comparison {
        operation: "`MovingAverage::add`, of 100",
        against: Against::Other("summing the 100"),
        asked: Some(0.2),
        measure: moving,
    },
    Comparison {
        operation: "`WindowedAverage::add`",
        against: Against::Other("summing 60 slices"),
        asked: None,
        measure: windowed,
    },
];

fn average(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.fixed()?);
    let average = black_box(&stats.average);
    let value = black_box(7.5);
    let (mut total, mut count) = (0.0, 0);
    let limit = bare_forms!(&bare, |word| {
        total += value;
        count += 1;
        word(0).store(f64::to_bits(total / count as f64), Relaxed);
        word(1).store(f64::to_bits(total), Relaxed);
        word(2).store(count, Relaxed);
    });
    Ok(bench.harness.compare_with_fastest(unrolled!(average.add(value)), limit)?)
}

fn moving(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.bare()?);
    let average = black_box(&stats.moving);
    let value = black_box(7.5);
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(average.add(value)),
        other: repeated(summing::<100>(value, &bare.words()[0])),
        besides: None,
    })?)
}

fn windowed(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.bare()?);
    let average = black_box(&stats.windowed);
    let value = black_box(7.5);
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(average.add(value)),
        other: repeated(summing::<60>(value, &bare.words()[0])),
        besides: None,
    })?)
}

/// Puts a value into a ring and stores the mean of all.
fn summing<const N: usize>(value: f64, mean: &AtomicU64) -> impl FnMut() {
    let (mut ring, mut next) = ([0.0; N], 0);
    move || {
        ring[next] = value;
        next = if next + 1 == N { 0 } else { next + 1 };
        mean.store(f64::to_bits(ring.iter().sum::<f64>() / N as f64), Relaxed);
    }
}
