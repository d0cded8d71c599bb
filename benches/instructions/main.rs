//! One kind of write, repeated, for `ci/instructions` to count its instructions.
//!
//! Without arguments: the names of all. With a name and a number: that write, sixteen times the
//! number.

#![forbid(unsafe_code)]

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use mmstats::{
    Average, Counter, DimensionValue, Dimensions, Family, Gauge, Histogram, MmStats, MovingAverage,
    Text, Timer, UpDownCounter,
};

#[derive(Clone, Copy, DimensionValue)]
enum Method {
    Get,
    Post,
}

#[derive(Dimensions)]
struct Request<'a> {
    tenant: &'a str,
    method: Method,
    status: u16,
}

#[derive(MmStats)]
struct Kinds {
    counter: Counter,
    gauge: Gauge<u64>,
    up_down: UpDownCounter,
    average: Average,
    moving: MovingAverage,
    timer: Timer,
    histogram: Histogram,
    text: Text,
    requests: Family<Counter, Request<'static>>,
    pairs: Family<Counter>,
}

mmstats::per_thread! {
    static STATS: Kinds = Kinds::options();
}

/// Makes a write sixteen times the number.
type Writes = fn(&Kinds, u64);

macro_rules! four_times {
    ($write:expr) => {{
        $write;
        $write;
        $write;
        $write;
    }};
}

/// A name and its writes: sixteen in a row, so that the loop around them adds next to nothing.
macro_rules! writes {
    ($name:literal, |$stats:ident, $round:ident| $write:expr) => {
        ($name, |$stats, rounds| {
            for $round in 0..rounds {
                four_times!(four_times!($write));
            }
        })
    };
}

const TEXT: &str = "thirty bytes of text, no more.";
const REQUEST: Request<'static> = Request { tenant: "acme", method: Method::Post, status: 200 };
const PAIRS: &[(&str, &str)] = &[("tenant", "acme"), ("method", "GET")];

const ALL: [(&str, Writes); 20] = [
    writes!("Counter::incr", |stats, _round| black_box(stats).counter.incr()),
    writes!("Gauge::set", |stats, round| black_box(stats).gauge.set(round)),
    writes!("Gauge::add", |stats, round| black_box(stats).gauge.add(round)),
    writes!("UpDownCounter::incr", |stats, _round| black_box(stats).up_down.incr()),
    writes!("per_thread!: Counter::incr", |_stats, _round| {
        STATS.with(|stats| black_box(stats).counter.incr());
    }),
    writes!("per_thread!: Gauge::set", |_stats, round| {
        STATS.with(|stats| black_box(stats).gauge.set(round));
    }),
    writes!("per_thread!: UpDownCounter::incr, decr", |_stats, _round| {
        STATS.with(|stats| black_box(stats).up_down.incr());
        STATS.with(|stats| black_box(stats).up_down.decr());
    }),
    writes!("PerThread::hold, dropped", |_stats, _round| {
        drop(STATS.hold(|stats| &black_box(stats).up_down));
    }),
    writes!("PerThread::time", |_stats, _round| {
        STATS.time(|stats| &black_box(stats).timer, || ());
    }),
    writes!("PerThread::start, dropped", |_stats, _round| {
        drop(STATS.start(|stats| &black_box(stats).timer));
    }),
    writes!("Average::add", |stats, round| black_box(stats).average.add(round as f64)),
    writes!("MovingAverage::add", |stats, round| black_box(stats).moving.add(round as f64)),
    writes!("Timer::start to recorded", |stats, _round| drop(black_box(stats).timer.start())),
    writes!("Timer::record", |stats, round| {
        black_box(stats).timer.record(Duration::from_micros(round));
    }),
    writes!("Timer::record_secs", |stats, round| black_box(stats).timer.record_secs(round as f64)),
    writes!("Histogram::record", |stats, round| black_box(stats).histogram.record(round)),
    writes!("Text::set", |stats, _round| black_box(stats).text.set(black_box(TEXT))),
    // Each has one series: with several, the instructions would depend on where the hash puts them.
    writes!("Family::get of a struct, incr", |stats, _round| {
        black_box(stats).requests.get(&black_box(REQUEST)).incr();
    }),
    writes!("Family::get of two pairs, incr", |stats, _round| {
        black_box(stats).pairs.get(black_box(PAIRS)).incr();
    }),
    writes!("per_thread!: Family::get of a struct, incr", |_stats, _round| {
        STATS.with(|stats| black_box(stats).requests.get(&black_box(REQUEST)).incr());
    }),
];

/// What is counted, from its beginning to its end.
#[inline(never)]
fn measured(writes: Writes, stats: &Kinds, rounds: u64) {
    writes(black_box(stats), rounds);
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, rounds] = &*arguments else {
        for (name, _) in ALL {
            println!("{name}");
        }
        return Ok(());
    };
    let (_, writes) = ALL.iter().find(|(known, _)| known == name).ok_or("no such write")?;
    let stats = Kinds::create()?;
    // Once: the first write does more.
    writes(&stats, 1);
    measured(*writes, &stats, rounds.parse()?);
    Ok(())
}
