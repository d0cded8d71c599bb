//! The same through a `per_thread!` static, a thread-local load more, and by its guards.

use std::error::Error;

use mmstats::MmStats;

use super::scalars::{increments, stores};
use super::{Against, Bench, Comparison, DIRECTORY};
use crate::harness::{Measurement, Pair};
use crate::stats::Kinds;
use crate::unrolled;

mmstats::per_thread! {
    static STATS: Kinds = Kinds::options().path(DIRECTORY.get().expect("set by main"));
}

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`per_thread!`: `Counter::incr`",
        against: Against::Limit("relaxed load, add, store"),
        asked: Some(1.5),
        measure: counter,
    },
    Comparison {
        operation: "`per_thread!`: `Gauge<u64>::set`",
        against: Against::Limit("relaxed store"),
        asked: Some(1.5),
        measure: gauge,
    },
    Comparison {
        operation: "`PerThread::hold`, and its guard dropped",
        against: Against::Other("`UpDownCounter::incr` and `decr` by `with`"),
        asked: Some(2.0),
        measure: hold,
    },
    Comparison {
        operation: "`PerThread::start`, and its guard dropped",
        against: Against::Other("`PerThread::time`"),
        asked: Some(1.3),
        measure: start,
    },
];

fn counter(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let ours = unrolled!(STATS.with(|stats| stats.counter.incr()));
    Ok(bench.harness.compare_with_fastest(ours, increments(&bench.fixed()?))?)
}

fn gauge(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let ours = unrolled!(STATS.with(|stats| stats.gauge.set(7)));
    Ok(bench.harness.compare_with_fastest(ours, stores(&bench.fixed()?))?)
}

fn hold(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(drop(STATS.hold(|stats| &stats.up_down))),
        other: unrolled!({
            STATS.with(|stats| stats.up_down.incr());
            STATS.with(|stats| stats.up_down.decr());
        }),
        besides: None,
    })?)
}

fn start(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(drop(STATS.start(|stats| &stats.timer))),
        other: unrolled!(STATS.time(|stats| &stats.timer, || ())),
        besides: None,
    })?)
}
