//! A stats struct with every kind of field, what to write to it, and the expected values.

pub mod writes;

use mmstats::{
    Average, Counter, Fixed, Gauge, Histogram, MmStats, MovingAverage, Text, Timer, Timestamp,
    UpDownCounter, WindowedAverage,
};

use crate::oracle::Value;

#[derive(MmStats)]
pub struct Kinds {
    counter: Counter,
    up_down: UpDownCounter,
    gauge_u8: Gauge<u8>,
    gauge_i8: Gauge<i8>,
    gauge_u16: Gauge<u16>,
    gauge_i16: Gauge<i16>,
    gauge_bool: Gauge<bool>,
    gauge_u32: Gauge<u32>,
    gauge_i32: Gauge<i32>,
    gauge_f32: Gauge<f32>,
    gauge_u64: Gauge<u64>,
    gauge_i64: Gauge<i64>,
    gauge_f64: Gauge<f64>,
    timestamp: Timestamp,
    average: Average,
    moving: MovingAverage,
    windowed: WindowedAverage,
    timer: Timer,
    histogram: Histogram,
    #[mmstats(size = 21)]
    text: Text,
    #[mmstats(initial = 1)]
    fixed_u8: Fixed<u8>,
    #[mmstats(initial = 2)]
    fixed_u32: Fixed<u32>,
    #[mmstats(initial = -3)]
    fixed_i64: Fixed<i64>,
    #[mmstats(initial = u64::MAX)]
    fixed_u64: Fixed<u64>,
    #[mmstats(initial = 4.5)]
    fixed_f32: Fixed<f32>,
    #[mmstats(initial = -5.25)]
    fixed_f64: Fixed<f64>,
    #[mmstats(initial = "six".to_owned())]
    fixed_text: Fixed<String>,
}

impl Kinds {
    /// Writes every field, some of them several times so that buffers and windows turn.
    pub fn write(&self) {
        for round in 1..=3_u8 {
            self.counter.add(u64::from(round));
            self.up_down.add(1 - i64::from(round));
            self.gauge_u8.set(250 + round);
            self.gauge_i8.set(-100 - round.cast_signed());
            self.gauge_u16.set(65_000 + u16::from(round));
            self.gauge_i16.set(-32_000 - i16::from(round));
            self.gauge_bool.set(round % 2 == 1);
            self.gauge_u32.set(4_000_000_000 + u32::from(round));
            self.gauge_i32.set(-2_000_000_000 - i32::from(round));
            self.gauge_f32.set(0.5 + f32::from(round));
            self.gauge_u64.set(u64::MAX - u64::from(round));
            self.gauge_i64.set(i64::MIN + i64::from(round));
            self.gauge_f64.set(1e300 * f64::from(round));
            self.timestamp.set(1_413_404_125.25 + f64::from(round));
            self.average.add(f64::from(round));
            self.moving.add(f64::from(round) * 2.0);
            self.windowed.add(f64::from(round) * 3.0);
            self.timer.record_secs(f64::from(round) * 0.25);
            self.histogram.record(0);
            self.text.set(["a longer text than last", "grüße ☃", "short"][usize::from(round) - 1]);
        }
    }

    /// What the original's readers should show.
    pub fn shown() -> Vec<(&'static str, Value)> {
        use Value::{Flag, Float, Integer, Text};
        vec![
            ("counter", Integer(6)),
            ("up_down", Integer(-3)),
            ("gauge_u8", Integer(253)),
            ("gauge_i8", Integer(-103)),
            ("gauge_u16", Integer(65_003)),
            ("gauge_i16", Integer(-32_003)),
            ("gauge_bool", Flag(true)),
            ("gauge_u32", Integer(4_000_000_003)),
            ("gauge_i32", Integer(-2_000_000_003)),
            ("gauge_f32", Float(3.5)),
            ("gauge_u64", Integer((u64::MAX - 3).into())),
            ("gauge_i64", Integer((i64::MIN + 3).into())),
            ("gauge_f64", Float(3e300)),
            ("timestamp", Float(1_413_404_128.25)),
            ("average", Float(2.0)),
            ("moving", Float(4.0)),
            ("windowed", Float(6.0)),
            ("timer", Float(0.5)),
            ("histogram", Integer(3)),
            ("text", Text("short".into())),
            ("fixed_u8", Integer(1)),
            ("fixed_u32", Integer(2)),
            ("fixed_i64", Integer(-3)),
            ("fixed_u64", Integer(u64::MAX.into())),
            ("fixed_f32", Float(4.5)),
            ("fixed_f64", Float(-5.25)),
            ("fixed_text", Text("six".into())),
        ]
    }
}
