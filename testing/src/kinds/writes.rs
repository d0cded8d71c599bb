//! Every kind of write, each with its name.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use mmstats::{Field, Fixed, FixedValue, PerThread, Published};

use super::Kinds;

/// A write, and the number of the round from which its value comes.
pub type Write = fn(&Kinds, u64);

/// All of them: every kind, and every way to write it.
pub const WRITES: [(&str, Write); 38] = [
    ("Counter::incr", |to, _| to.counter.incr()),
    ("Counter::add", |to, round| to.counter.add(round)),
    ("UpDownCounter::add", |to, round| to.up_down.add(round.cast_signed())),
    ("UpDownCounter::incr", |to, _| to.up_down.incr()),
    ("UpDownCounter::decr", |to, _| to.up_down.decr()),
    ("Gauge<u8>::set", |to, round| to.gauge_u8.set(round as u8)),
    ("Gauge<i8>::set", |to, round| to.gauge_i8.set(round as i8)),
    ("Gauge<u16>::set", |to, round| to.gauge_u16.set(round as u16)),
    ("Gauge<i16>::set", |to, round| to.gauge_i16.set(round as i16)),
    ("Gauge<bool>::set", |to, round| to.gauge_bool.set(round.is_multiple_of(2))),
    ("Gauge<u32>::set", |to, round| to.gauge_u32.set(round as u32)),
    ("Gauge<i32>::set", |to, round| to.gauge_i32.set(round as i32)),
    ("Gauge<f32>::set", |to, round| to.gauge_f32.set(round as f32)),
    ("Gauge<u64>::set", |to, round| to.gauge_u64.set(round)),
    ("Gauge<i64>::set", |to, round| to.gauge_i64.set(round as i64)),
    ("Gauge<f64>::set", |to, round| to.gauge_f64.set(round as f64)),
    ("Gauge<i8>::add", |to, round| to.gauge_i8.add(round as i8)),
    ("Gauge<u64>::sub", |to, round| to.gauge_u64.sub(round)),
    ("Gauge<f64>::add", |to, round| to.gauge_f64.add(round as f64)),
    ("Gauge<i32>::incr", |to, _| to.gauge_i32.incr()),
    ("Gauge<u8>::decr", |to, _| to.gauge_u8.decr()),
    ("Timestamp::set", |to, round| to.timestamp.set(round as f64)),
    ("Timestamp::set_now", |to, _| to.timestamp.set_now()),
    ("Average::add", |to, round| to.average.add(round as f64)),
    ("MovingAverage::add", |to, round| to.moving.add(round as f64)),
    ("WindowedAverage::add", |to, round| to.windowed.add(round as f64)),
    ("Timer::start, dropped", |to, _| drop(to.timer.start())),
    ("Timer::start, stopped", |to, _| _ = to.timer.start().stop()),
    ("Timer::start, discarded", |to, _| to.timer.start().discard()),
    ("Timer::time", |to, _| to.timer.time(|| ())),
    ("Timer::record", |to, round| to.timer.record(Duration::from_nanos(round))),
    ("Timer::record_secs", |to, round| to.timer.record_secs(round as f64)),
    ("Histogram::record", |to, round| to.histogram.record(round << (round % 40))),
    ("Histogram::record_nanos", |to, round| {
        to.histogram.record_nanos(Duration::from_micros(round));
    }),
    ("Text::set, short", |to, round| {
        to.text.set(if round.is_multiple_of(2) { "even" } else { "odd" });
    }),
    ("Text::set, as long as it may be", |to, _| to.text.set("twenty-one bytes long")),
    ("Text::set, cut in a character", |to, _| to.text.set("twenty bytes and one ☃")),
    ("Text::set, nothing", |to, _| to.text.set("")),
];

/// A guard of a static, from start to drop.
pub type Guard = fn(&'static PerThread<Kinds>);

/// Every way in which one starts and ends.
pub const GUARDS: [(&str, Guard); 6] = [
    ("PerThread::hold, dropped", |of| drop(of.hold(|stats| &stats.up_down))),
    ("PerThread::start, dropped", |of| drop(of.start(|stats| &stats.timer))),
    ("PerThread::start, stopped", |of| _ = of.start(|stats| &stats.timer).stop()),
    ("PerThread::start, stopped as another", |of| {
        of.start(|_| unreachable!()).stop_as(|stats| &stats.timer);
    }),
    ("PerThread::start, discarded", |of| of.start(|stats| &stats.timer).discard()),
    ("PerThread::time_async", |of| {
        let timed = pin!(of.time_async(|stats| &stats.timer, std::future::ready(())));
        assert!(timed.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }),
];

impl Kinds {
    /// The same fields, added at run time to stats that have space for them.
    pub fn add_to<T>(stats: &Published<T>) -> Self {
        fn add<T, F: Field>(stats: &Published<T>, label: &'static str) -> F {
            stats.add(F::named(label)).unwrap()
        }
        fn fixed<T, V: FixedValue>(
            stats: &Published<T>,
            label: &'static str,
            value: V,
        ) -> Fixed<V> {
            stats.add(Fixed::named(label).initial(value)).unwrap()
        }
        Self {
            counter: add(stats, "counter"),
            up_down: add(stats, "up_down"),
            gauge_u8: add(stats, "gauge_u8"),
            gauge_i8: add(stats, "gauge_i8"),
            gauge_u16: add(stats, "gauge_u16"),
            gauge_i16: add(stats, "gauge_i16"),
            gauge_bool: add(stats, "gauge_bool"),
            gauge_u32: add(stats, "gauge_u32"),
            gauge_i32: add(stats, "gauge_i32"),
            gauge_f32: add(stats, "gauge_f32"),
            gauge_u64: add(stats, "gauge_u64"),
            gauge_i64: add(stats, "gauge_i64"),
            gauge_f64: add(stats, "gauge_f64"),
            timestamp: add(stats, "timestamp"),
            average: add(stats, "average"),
            moving: add(stats, "moving"),
            windowed: add(stats, "windowed"),
            timer: add(stats, "timer"),
            histogram: add(stats, "histogram"),
            text: stats.add(mmstats::Text::named("text").size(21)).unwrap(),
            fixed_u8: fixed(stats, "fixed_u8", 1),
            fixed_u32: fixed(stats, "fixed_u32", 2),
            fixed_i64: fixed(stats, "fixed_i64", -3),
            fixed_u64: fixed(stats, "fixed_u64", 4),
            fixed_f32: fixed(stats, "fixed_f32", 4.5),
            fixed_f64: fixed(stats, "fixed_f64", -5.25),
            fixed_text: fixed(stats, "fixed_text", "six".to_owned()),
        }
    }
}
