//! Values that carry their own check, one of each kind: a reader can verify that all of it is of
//! one update.

use std::fmt::Write;

use mmstats::{
    Average, Declaration, Field, Histogram, MovingAverage, Text, Timer, Value, WindowedAverage,
};

/// The verdict on a value.
#[derive(Debug, PartialEq)]
pub enum Judged {
    /// It has parts of several updates.
    Torn,
    /// It is of one update. None of these numbers ever falls, from read to read.
    Whole(Vec<u64>),
}

use Judged::{Torn, Whole};

/// A kind of stat whose value at update `n`, counted from 1, can be verified.
pub trait Figure: Field {
    fn declare(label: String) -> Declaration<Self> {
        Self::named(label)
    }

    fn update(&self, n: u64);

    /// Judges the components; a packed file has only the first of an average or a timer.
    fn judge(components: &[Value]) -> Judged;
}

/// Whole if so, with these numbers.
pub fn whole_if(is_whole: bool, numbers: impl Into<Vec<u64>>) -> Judged {
    if is_whole { Whole(numbers.into()) } else { Torn }
}

/// Spreads each number's difference from the next over all bits.
pub fn mix(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The sum of all numbers up to this one; exact up to 2^26.
fn total(n: u64) -> f64 {
    n as f64 * (n as f64 + 1.0) / 2.0
}

/// How many values the windows of values have.
const WINDOW: u64 = 4;

/// The mean of the last numbers up to this one.
fn moving_mean(n: u64) -> f64 {
    n as f64 - (n.min(WINDOW) as f64 - 1.0) / 2.0
}

/// The one component of a packed file: nothing verifies it but that it grows. A float with parts
/// of two updates would be too large or too small. Positive ones are in the order of their bits.
fn lone_mean(mean: f64) -> Judged {
    Whole(vec![mean.to_bits()])
}

impl Figure for Average {
    fn update(&self, n: u64) {
        self.add(n as f64);
    }

    fn judge(components: &[Value]) -> Judged {
        match *components {
            [Value::Float(mean), Value::Float(sum), Value::Unsigned(count)] => {
                whole_if(sum == total(count) && mean == sum / count as f64, [count])
            }
            [Value::Float(mean)] => lone_mean(mean),
            _ => panic!("{components:?}"),
        }
    }
}

impl Figure for MovingAverage {
    fn declare(label: String) -> Declaration<Self> {
        Self::named(label).window(WINDOW as usize)
    }

    fn update(&self, n: u64) {
        self.add(n as f64);
    }

    fn judge(components: &[Value]) -> Judged {
        match *components {
            [Value::Float(mean), Value::Unsigned(count)] => {
                whole_if(mean == moving_mean(count), [count])
            }
            [Value::Float(mean)] => lone_mean(mean),
            _ => panic!("{components:?}"),
        }
    }
}

impl Figure for WindowedAverage {
    /// A span that no run outlasts, so that the count is that of the updates.
    fn declare(label: String) -> Declaration<Self> {
        Self::named(label).window(86_400.0)
    }

    fn update(&self, n: u64) {
        self.add(n as f64);
    }

    fn judge(components: &[Value]) -> Judged {
        match *components {
            // Nothing verifies the time of the last value: the clock may be set.
            [Value::Float(mean), Value::Unsigned(count), Value::Float(_)] => {
                whole_if(mean == total(count) / count as f64, [count])
            }
            [Value::Float(mean)] => lone_mean(mean),
            _ => panic!("{components:?}"),
        }
    }
}

impl Figure for Timer {
    fn declare(label: String) -> Declaration<Self> {
        Self::named(label).window(WINDOW as usize)
    }

    fn update(&self, n: u64) {
        self.record_secs(n as f64);
    }

    fn judge(components: &[Value]) -> Judged {
        let (mean, count, rest) = match *components {
            [Value::Float(mean), Value::Unsigned(count), ref rest @ ..] => (mean, count, rest),
            [Value::Float(mean)] => return lone_mean(mean),
            _ => panic!("{components:?}"),
        };
        let n = count as f64;
        let total_min_max_last = [total(count), 1.0, n, n].map(Value::Float);
        whole_if(mean == moving_mean(count) && *rest == total_min_max_last, [count])
    }
}

/// Each bucket grows by itself. A count with parts of two updates is too large or too small.
impl Figure for Histogram {
    fn declare(label: String) -> Declaration<Self> {
        Self::named(label).max(255)
    }

    fn update(&self, n: u64) {
        self.record(n % 32);
    }

    fn judge(components: &[Value]) -> Judged {
        Whole(components.iter().map(|count| count.as_u64().expect("a count")).collect())
    }
}

/// A text begins with a number in this many digits. As many for each further part follow from it.
const DIGITS: usize = 16;
const MOST_PARTS: u64 = 8;

fn text(n: u64) -> String {
    let mut text = String::new();
    for part in 0..=n % MOST_PARTS {
        write!(text, "{:016x}", n ^ mix(n.wrapping_mul(part))).unwrap();
    }
    text
}

impl Figure for Text {
    fn declare(label: String) -> Declaration<Self> {
        Self::named(label).size(DIGITS * MOST_PARTS as usize)
    }

    fn update(&self, n: u64) {
        self.set(&text(n));
    }

    fn judge(components: &[Value]) -> Judged {
        let [Value::Text(shown)] = components else { panic!("{components:?}") };
        let number = shown.get(..DIGITS).map(|digits| u64::from_str_radix(digits, 16));
        match number {
            Some(Ok(n)) => whole_if(*shown == text(n), [n]),
            _ => Torn,
        }
    }
}
