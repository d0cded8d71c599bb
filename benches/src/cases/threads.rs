//! Two threads at once, each with its own file: they must not slow each other down.

use std::error::Error;
use std::hint::black_box;

use super::scalars::increments;
use super::{Against, Bench, Comparison};
use crate::bare::forms::FixedMap;
use crate::harness::{BareForm, Measurement, on_two_threads};
use crate::rounds;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "`Counter::incr`, two threads, own files",
    against: Against::Limit("relaxed load, add, store, two threads"),
    asked: Some(1.10),
    measure: counters,
}];

fn counters(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let stats = [bench.kinds()?, bench.kinds()?];
    let ours = on_two_threads(stats.map(|stats| {
        move |times| {
            let counter = black_box(&stats.counter);
            rounds!(times, counter.incr())
        }
    }));
    let (here, there) = (bench.fixed()?, FixedMap::<1>::create(bench.directory)?);
    let forms = increments(&here).into_iter().zip(increments(&there));
    let forms = forms.map(|(here, there)| BareForm {
        name: here.name,
        turn: on_two_threads([here.turn, there.turn]),
    });
    Ok(bench.harness.compare_with_fastest(ours, forms.collect())?)
}
