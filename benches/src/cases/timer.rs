//! Timers: the clock, and recording without it.

use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair};
use crate::{bare_forms, unrolled};

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`Timer::start` to recorded",
        against: Against::Other("`std::time::Instant`, `now` and `elapsed`"),
        asked: Some(1.0),
        measure: instant,
    },
    #[cfg(target_arch = "x86_64")]
    Comparison {
        operation: "`Timer::start` to recorded",
        against: Against::Limit("two `rdtsc` and a multiplication"),
        asked: Some(1.8),
        measure: time_stamp,
    },
    Comparison {
        operation: "`Timer::start` to recorded",
        against: Against::Other("prometheus `start_timer`, `observe_duration`"),
        asked: Some(0.5),
        measure: prometheus,
    },
    Comparison {
        operation: "`Timer::record_secs`, no clock",
        against: Against::Limit("6 relaxed stores, one a figure"),
        asked: Some(4.0),
        measure: record::<6>,
    },
    Comparison {
        operation: "`Timer::record_secs`, no clock",
        against: Against::Limit("9 relaxed stores, as many as it makes"),
        asked: None,
        measure: record::<9>,
    },
];

fn instant(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let stats = bench.kinds()?;
    let timer = black_box(&stats.timer);
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(drop(timer.start())),
        other: unrolled!(black_box(Instant::now().elapsed())),
        besides: None,
    })?)
}

#[cfg(target_arch = "x86_64")]
fn time_stamp(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    use crate::bare::time_stamp;

    let stats = bench.kinds()?;
    let timer = black_box(&stats.timer);
    let seconds_a_tick = black_box(0.4e-9);
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(drop(timer.start())),
        other: unrolled!({
            let start = time_stamp();
            black_box((time_stamp() - start) as f64 * seconds_a_tick);
        }),
        besides: None,
    })?)
}

fn prometheus(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    use prometheus::{Histogram, HistogramOpts};

    let stats = bench.kinds()?;
    let timer = black_box(&stats.timer);
    // Its eleven buckets by default, from 5 ms to 10 s: all of this falls into the first.
    let other = Histogram::with_opts(HistogramOpts::new("render", "Time to render a page."))?;
    let other = black_box(&other);
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(drop(timer.start())),
        other: unrolled!(other.start_timer().observe_duration()),
        besides: None,
    })?)
}

fn record<const STORES: usize>(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let (stats, bare) = (bench.kinds()?, bench.fixed()?);
    let timer = black_box(&stats.timer);
    let seconds = black_box(0.25_f64);
    let limit = bare_forms!(&bare, |word| for number in 0..STORES {
        word(number).store(seconds.to_bits(), Relaxed);
    });
    Ok(bench.harness.compare_with_fastest(unrolled!(timer.record_secs(seconds)), limit)?)
}
