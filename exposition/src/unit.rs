//! Base units: Prometheus' conventions ask for seconds and bytes, whatever a program counts in.

use crate::sample::SampleValue;

/// A unit, and how much it is in its base unit.
#[derive(Debug)]
pub struct Unit {
    /// What programs call it.
    spellings: &'static [&'static str],
    /// The base unit's name.
    base: &'static str,
    /// One of it is `times / per` of the base unit.
    times: u64,
    per: u64,
}

const SECONDS: &str = "seconds";
const BYTES: &str = "bytes";

const fn time(times: u64, per: u64, spellings: &'static [&'static str]) -> Unit {
    Unit { spellings, base: SECONDS, times, per }
}

const fn size(times: u64, spellings: &'static [&'static str]) -> Unit {
    Unit { spellings, base: BYTES, times, per: 1 }
}

/// Spellings count as they are written, as `Mb` aren't `MB`. `m` may be metres, and `b` bits, so
/// neither is here. `kB` is 1,000 bytes and `KiB` 1,024, as the SI and the IEC have them.
#[rustfmt::skip]
static UNITS: [Unit; 16] = [
    time(1, 1, &["seconds", "second", "s", "sec", "secs"]),
    time(1, 1_000, &["ms", "msec", "msecs", "millis", "millisecond", "milliseconds"]),
    // With the micro sign, and with the Greek letter.
    time(1, 1_000_000, &["us", "\u{b5}s", "\u{3bc}s", "usec", "usecs", "micros", "microsecond", "microseconds"]),
    time(1, 1_000_000_000, &["ns", "nsec", "nsecs", "nanos", "nanosecond", "nanoseconds"]),
    time(60, 1, &["min", "mins", "minute", "minutes"]),
    time(3_600, 1, &["h", "hour", "hours"]),
    time(86_400, 1, &["d", "day", "days"]),
    size(1, &["bytes", "byte", "B"]),
    size(1_000, &["kB", "KB", "kilobyte", "kilobytes"]),
    size(1_000_000, &["MB", "megabyte", "megabytes"]),
    size(1_000_000_000, &["GB", "gigabyte", "gigabytes"]),
    size(1_000_000_000_000, &["TB", "terabyte", "terabytes"]),
    size(1 << 10, &["KiB", "kibibyte", "kibibytes"]),
    size(1 << 20, &["MiB", "mebibyte", "mebibytes"]),
    size(1 << 30, &["GiB", "gibibyte", "gibibytes"]),
    size(1 << 40, &["TiB", "tebibyte", "tebibytes"]),
];

/// What converts numbers of a unit to its base unit; `None`: they stay as they are.
pub type Scale = Option<&'static Unit>;

/// The base unit of a unit, and how to get there. Any other unit stays.
pub fn base_of(unit: &str) -> (&str, Scale) {
    if unit.is_empty() || unit == SECONDS || unit == BYTES {
        return (unit, None);
    }
    match UNITS.iter().find(|known| known.spellings.contains(&unit)) {
        Some(known) => (known.base, (known.times != known.per).then_some(known)),
        None => (unit, None),
    }
}

/// The raw name without a unit that the numbers no longer have: `latency.ms` in seconds.
pub fn without_other_unit<'a>(raw_name: &'a str, base: &str) -> &'a str {
    let Some((rest, last)) = raw_name.rsplit_once(['.', '_']).filter(|(rest, _)| !rest.is_empty())
    else {
        return raw_name;
    };
    // Longer times are words: in `visits.day` it says something else.
    let is_other = |unit: &Unit| unit.base == base && (unit.per > 1 || base == BYTES);
    let spellings = UNITS.iter().filter(|unit| is_other(unit)).flat_map(|unit| unit.spellings);
    let mut others = spellings.filter(|&&spelling| spelling != base);
    if others.any(|spelling| spelling.eq_ignore_ascii_case(last)) { rest } else { raw_name }
}

/// A number in the base unit: exact if 64 bits have it, else the nearest float.
pub fn scaled(value: SampleValue, scale: Scale) -> SampleValue {
    let Some(&Unit { times, per, .. }) = scale else {
        return value;
    };
    let exact = |whole: i128| {
        let product = whole * i128::from(times);
        (product % i128::from(per) == 0).then_some(product / i128::from(per))
    };
    let float = |number: f64| SampleValue::Float(number * times as f64 / per as f64);
    match value {
        SampleValue::Unsigned(value) => exact(value.into())
            .and_then(|whole| whole.try_into().ok())
            .map_or_else(|| float(value as f64), SampleValue::Unsigned),
        SampleValue::Signed(value) => exact(value.into())
            .and_then(|whole| whole.try_into().ok())
            .map_or_else(|| float(value as f64), SampleValue::Signed),
        SampleValue::Float(value) => float(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: SampleValue, unit: &str) -> String {
        let (base, scale) = base_of(unit);
        let mut out = Vec::new();
        scaled(number, scale).push(&mut out);
        format!("{} {base}", String::from_utf8(out).unwrap())
    }

    #[test]
    fn times_are_seconds_and_sizes_bytes() {
        for (number, unit, expected) in [
            (1_500_000_000, "ns", "1.5 seconds"),
            (2_000_000_000, "nanoseconds", "2 seconds"),
            (15, "us", "1.5e-5 seconds"),
            (15, "µs", "1.5e-5 seconds"),
            (15, "μs", "1.5e-5 seconds"),
            (123_456, "ms", "123.456 seconds"),
            (7, "s", "7 seconds"),
            (7, "seconds", "7 seconds"),
            (3, "minutes", "180 seconds"),
            (3, "kB", "3000 bytes"),
            (3, "MiB", "3145728 bytes"),
            (7, "B", "7 bytes"),
            (u64::MAX, "ns", "18446744073.709553 seconds"),
            (u64::MAX, "KiB", "1.888946593147858e22 bytes"),
            (7, "requests", "7 requests"),
            (7, "Mb", "7 Mb"),
            (7, "", "7 "),
        ] {
            assert_eq!(text(SampleValue::Unsigned(number), unit), expected);
        }
        assert_eq!(text(SampleValue::Signed(-1500), "ms"), "-1.5 seconds");
        assert_eq!(text(SampleValue::Float(0.25), "ms"), "0.00025 seconds");
        assert_eq!(text(SampleValue::Float(f64::INFINITY), "ms"), "+Inf seconds");
    }

    #[test]
    fn a_name_loses_the_unit_that_its_numbers_lose() {
        for (name, base, expected) in [
            ("web.latency_ms", SECONDS, "web.latency"),
            ("web.latency.ns", SECONDS, "web.latency"),
            ("cache.mb", BYTES, "cache"),
            ("cache.KiB", BYTES, "cache"),
            ("cache.bytes", BYTES, "cache.bytes"),
            ("visits.day", SECONDS, "visits.day"),
            ("web.ms", BYTES, "web.ms"),
            ("ms", SECONDS, "ms"),
            (".ms", SECONDS, ".ms"),
        ] {
            assert_eq!(without_other_unit(name, base), expected, "{name}");
        }
    }
}
