//! Numbers, each with its own check: gauges of every type, timestamps and counters.

use mmstats::{Counter, Gauge, Scalar, Timestamp, UpDownCounter, Value};

use super::figures::{Figure, Judged, mix, whole_if};

/// A scalar that holds the lower bits of a number and, above them, a check of those.
trait Coded: Scalar {
    /// How many bits the number has, and how many the check.
    const SIZES: (u32, u32);

    fn of_bits(bits: u64) -> Self;

    /// The inverse, of a value that was read.
    fn bits(value: &Value) -> u64;

    fn code(n: u64) -> u64 {
        let (number, check) = Self::SIZES;
        let n = n & ((1 << number) - 1);
        mix(n) >> (64 - check) << number | n
    }
}

impl<T: Coded> Figure for Gauge<T> {
    fn update(&self, n: u64) {
        self.set(T::of_bits(T::code(n)));
    }

    fn judge(components: &[Value]) -> Judged {
        let [value] = components else { panic!("{components:?}") };
        let (bits, (number, _)) = (T::bits(value), T::SIZES);
        let n = bits & ((1 << number) - 1);
        // A smaller number comes round within a run.
        let numbers = if number < 32 { vec![] } else { vec![n] };
        whole_if(bits == T::code(n), numbers)
    }
}

macro_rules! integers {
    ($($type:ty, $unsigned:ty, $number:literal + $check:literal;)*) => {$(
        impl Coded for $type {
            const SIZES: (u32, u32) = ($number, $check);

            fn of_bits(bits: u64) -> Self {
                bits as Self
            }

            fn bits(value: &Value) -> u64 {
                match *value {
                    Value::Unsigned(value) => value,
                    Value::Signed(value) => u64::from(value as $unsigned),
                    ref other => panic!("{other:?}"),
                }
            }
        }
    )*};
}

integers! {
    u8, u8, 4 + 4;
    i8, u8, 4 + 4;
    u16, u16, 8 + 8;
    i16, u16, 8 + 8;
    u32, u32, 16 + 16;
    i32, u32, 16 + 16;
    u64, u64, 32 + 32;
    i64, u64, 32 + 32;
}

/// Codes are in the fraction: every value is from 1 to 2.
macro_rules! floats {
    ($($type:ty, $unsigned:ty, $number:literal + $check:literal;)*) => {$(
        impl Coded for $type {
            const SIZES: (u32, u32) = ($number, $check);

            fn of_bits(bits: u64) -> Self {
                Self::from_bits((1.0 as Self).to_bits() | bits as $unsigned)
            }

            fn bits(value: &Value) -> u64 {
                let &Value::Float(value) = value else { panic!("{value:?}") };
                u64::from((value as Self).to_bits() ^ (1.0 as Self).to_bits())
            }
        }
    )*};
}

floats! {
    f32, u32, 12 + 11;
    f64, u64, 32 + 20;
}

impl Figure for Gauge<bool> {
    fn update(&self, n: u64) {
        self.set(n % 2 == 1);
    }

    fn judge(components: &[Value]) -> Judged {
        whole_if(matches!(components, [Value::Bool(_)]), [])
    }
}

impl Figure for Timestamp {
    fn update(&self, n: u64) {
        self.set(f64::of_bits(f64::code(n)));
    }

    fn judge(components: &[Value]) -> Judged {
        Gauge::<f64>::judge(components)
    }
}

/// Both halves count the updates.
impl Figure for Counter {
    fn update(&self, _: u64) {
        self.add(1 << 32 | 1);
    }

    fn judge(components: &[Value]) -> Judged {
        let [Value::Unsigned(value)] = *components else { panic!("{components:?}") };
        whole_if(value >> 32 == value & u64::from(u32::MAX), [value])
    }
}

/// Both halves count the updates, as those of a counter do.
impl Figure for UpDownCounter {
    fn update(&self, _: u64) {
        self.add(1 << 32 | 1);
    }

    fn judge(components: &[Value]) -> Judged {
        let [value] = components else { panic!("{components:?}") };
        let value = value.as_i64().unwrap_or_else(|| panic!("{value:?}")).cast_unsigned();
        whole_if(value >> 32 == value & u64::from(u32::MAX), [value])
    }
}
