//! What each kind of write takes, by criterion: absolute figures, beside the ratios that
//! `cargo bench` prints at the root.
//!
//! They hold for the machine and the moment; criterion compares them with those of its last run.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use mmstats::MmStats;
use stats::{Kinds, Twenty};

#[allow(dead_code, reason = "the table measures more of them")]
#[path = "src/stats.rs"]
mod stats;

mmstats::per_thread! {
    static STATS: Kinds = Kinds::options();
}

fn writes(criterion: &mut Criterion) {
    let stats = Kinds::create().expect("a file can be made");
    let stats = black_box(&*stats);
    let value = black_box(0.25);
    measure(criterion, "Counter::incr", || stats.counter.incr());
    measure(criterion, "Counter::incr, per_thread!", || STATS.with(|stats| stats.counter.incr()));
    measure(criterion, "Gauge::set", || stats.gauge.set(7));
    measure(criterion, "Average::add", || stats.average.add(value));
    measure(criterion, "MovingAverage::add", || stats.moving.add(value));
    measure(criterion, "WindowedAverage::add", || stats.windowed.add(value));
    measure(criterion, "Timer::start to recorded", || drop(stats.timer.start()));
    measure(criterion, "Histogram::record", || stats.histogram.record(black_box(1000)));
    measure(criterion, "Text::set, 30 bytes", || stats.text.set("GET /articles/2017/11/prices?a"));
}

fn measure(criterion: &mut Criterion, name: &str, write: impl Fn()) {
    criterion.bench_function(name, |bencher| bencher.iter(&write));
}

fn creating(criterion: &mut Criterion) {
    criterion.bench_function("create and remove, 20 fields", |bencher| {
        bencher.iter(|| Twenty::create().expect("a file can be made"));
    });
}

criterion_group!(benches, writes, creating);
criterion_main!(benches);
