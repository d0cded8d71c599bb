//! Texts, against copying them.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;

use super::{Against, Bench, Comparison};
use crate::harness::Measurement;
use crate::{bare_forms, unrolled};

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "`Text::set`, 30 bytes",
    against: Against::Limit("relaxed stores of its 4 words"),
    asked: None,
    measure: set,
}];

fn set(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.fixed()?);
    let text = black_box(&stats.text);
    let value = black_box("GET /articles/2017/11/prices?a");
    let copy: [u64; 4] = black_box([7; 4]);
    let limit = bare_forms!(&bare, |word| for (number, part) in copy.into_iter().enumerate() {
        word(number).store(part, Relaxed);
    });
    Ok(bench.harness.compare_with_fastest(unrolled!(text.set(value)), limit)?)
}
