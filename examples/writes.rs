//! Writes of every kind, a given number of times, to show that they make no system calls.
//!
//! ```text
//! cargo build --release --bin writes
//! strace -f -c target/release/writes 1000
//! strace -f -c target/release/writes 10000000    # the same counts
//! ```

use std::env;
use std::error::Error;
use std::time::Duration;

use mmstats::{
    Average, Counter, Dimensions, Family, Gauge, Histogram, MmStats, MovingAverage, Text, Timer,
    Timestamp, UpDownCounter, WindowedAverage,
};

#[derive(Dimensions)]
struct Parity {
    parity: &'static str,
    last_digit: u64,
}

#[derive(MmStats)]
#[mmstats(prefix = "writes.")]
struct Every {
    counter: Counter,
    up_down: UpDownCounter,
    gauge: Gauge<i32>,
    level: Gauge<f64>,
    flag: Gauge<bool>,
    #[mmstats(unit = "seconds")]
    last: Timestamp,
    average: Average,
    moving: MovingAverage,
    windowed: WindowedAverage,
    #[mmstats(unit = "seconds")]
    timer: Timer,
    histogram: Histogram,
    text: Text,
    series: Family<Counter, Parity>,
}

impl Every {
    /// One write of each kind.
    fn write(&self, number: u64) {
        self.counter.incr();
        self.up_down.incr();
        self.up_down.add(-2);
        self.gauge.add(3);
        self.level.set(number as f64 * 0.5);
        self.flag.set(number.is_multiple_of(2));
        self.last.set_now();
        self.average.add(1.5);
        self.moving.add(2.5);
        self.windowed.add(3.5);
        self.timer.time(|| ());
        self.timer.record(Duration::from_micros(number));
        self.histogram.record(number);
        let parity = if number.is_multiple_of(2) { "even" } else { "odd" };
        self.text.set(parity);
        self.series.get(&Parity { parity, last_digit: number % 10 }).incr();
    }
}

mmstats::per_thread! {
    static STATS: Every = Every::options().filename("{CMD}-{PID}-{TID}-static.mmstats");
}

fn main() -> Result<(), Box<dyn Error>> {
    let times = env::args().nth(1).ok_or("usage: writes NUMBER")?.parse()?;
    let stats = Every::create()?;
    for number in 0..times {
        stats.write(number);
    }
    for number in 0..times {
        STATS.with(|stats| stats.write(number));
    }
    println!("wrote {times} times to each stat of two files");
    Ok(())
}
