//! Numbers as text: exact, or readable.
//!
//! Exact: integers in full, floats with the fewest digits that give the same float again,
//! `NaN`, `inf`, `-inf`. Readable: thousands separators, floats with six digits, durations in the unit
//! that fits. Everything is appended to a buffer, so that a dump of many files doesn't allocate.

use std::io::Write;

use crate::locale::is_ascii;

/// Appends formatted text. A `Vec` takes everything, so there is no error to return.
macro_rules! push {
    ($out:expr, $($format:tt)*) => {
        $out.write_fmt(format_args!($($format)*)).expect("a Vec takes everything")
    };
}

/// Appends a float exactly: `0.25`, `3.0`, `1e300`, `NaN`, `-inf`.
pub fn push_exact(out: &mut Vec<u8>, value: f64) {
    push!(out, "{value:?}");
}

/// Appends an integer in full.
pub fn push_plain(out: &mut Vec<u8>, value: u64) {
    push_digits(out, value, None);
}

/// Appends an integer with thousands separators: `1,234,567`.
pub fn push_grouped(out: &mut Vec<u8>, value: u64) {
    push_digits(out, value, Some(b','));
}

/// Appends a signed integer, with `separator` between thousands if there is one.
pub fn push_signed(out: &mut Vec<u8>, value: i64, separator: Option<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    push_digits(out, value.unsigned_abs(), separator);
}

/// Fills from the back: it is much quicker than `fmt`, and a dump is mostly integers.
fn push_digits(out: &mut Vec<u8>, value: u64, separator: Option<u8>) {
    /// 20 digits and 6 separators.
    const LONGEST: usize = 26;
    let mut text = [0; LONGEST];
    let mut at = LONGEST;
    let mut rest = value;
    let mut digits = 0;
    loop {
        if let Some(separator) = separator
            && digits > 0
            && digits % 3 == 0
        {
            at -= 1;
            text[at] = separator;
        }
        at -= 1;
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        digits += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&text[at..]);
}

/// Appends a float for people: six significant digits, thousands apart, at least one decimal.
pub fn push_readable(out: &mut Vec<u8>, value: f64) {
    const SIGNIFICANT: i32 = 6;
    let magnitude = value.abs();
    if !value.is_finite() || value == 0.0 {
        return push_exact(out, value);
    }
    if !(1e-4..1e15).contains(&magnitude) {
        return push!(out, "{}", Shortened(value));
    }
    if value < 0.0 {
        out.push(b'-');
    }
    let whole_digits = magnitude.log10().floor() as i32 + 1;
    let decimals = (SIGNIFICANT - whole_digits).clamp(1, 9) as usize;
    let start = out.len();
    push!(out, "{magnitude:.decimals$}");
    let point = start + out[start..].iter().rposition(|&byte| byte == b'.').unwrap_or(0);
    let last = out.iter().rposition(|&byte| byte != b'0').unwrap_or(point);
    out.truncate(last.max(point + 1) + 1);
    group(out, start, point);
}

/// Appends a duration in seconds for people: `850 ns`, `12.3 ms`, `4.2 s`, `1h 02m 03s`.
pub fn push_duration(out: &mut Vec<u8>, seconds: f64) {
    let magnitude = seconds.abs();
    let (scaled, unit) = match magnitude {
        _ if !seconds.is_finite() => return push!(out, "{seconds:?} s"),
        0.0 => return out.extend_from_slice(b"0 s"),
        _ if magnitude >= 120.0 => return push_clock(out, seconds),
        _ if magnitude >= 0.9995 => (seconds, "s"),
        _ if magnitude >= 0.9995e-3 => (seconds * 1e3, "ms"),
        _ if magnitude >= 0.9995e-6 => (seconds * 1e6, if is_ascii() { "us" } else { "µs" }),
        _ => (seconds * 1e9, "ns"),
    };
    let decimals = match scaled.abs() {
        99.95.. => 0,
        9.995.. => 1,
        _ => 2,
    };
    push!(out, "{scaled:.decimals$} {unit}");
}

/// Hours, minutes and seconds.
fn push_clock(out: &mut Vec<u8>, seconds: f64) {
    if seconds < 0.0 {
        out.push(b'-');
    }
    // Saturates at 584 thousand million years.
    let whole = seconds.abs().round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        push_grouped(out, hours);
        push!(out, "h {minutes:02}m {seconds:02}s");
    } else {
        push!(out, "{minutes}m {seconds:02}s");
    }
}

/// Inserts thousands separators in the digits from `start` to `end`.
fn group(out: &mut Vec<u8>, start: usize, end: usize) {
    let mut at = end;
    while at > start + 3 {
        at -= 3;
        out.insert(at, b',');
    }
}

/// A float in scientific notation with six significant digits and no trailing zeros.
struct Shortened(f64);

impl std::fmt::Display for Shortened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:.5e}", self.0);
        let Some((digits, exponent)) = text.split_once('e') else {
            return f.write_str(&text);
        };
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        write!(f, "{digits}e{exponent}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(push: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = b"-0.0|".to_vec();
        push(&mut out);
        String::from_utf8(out.split_off(5)).unwrap()
    }

    #[test]
    fn integers() {
        for (value, plain, grouped) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1000", "1,000"),
            (1_234_567, "1234567", "1,234,567"),
            (u64::MAX, "18446744073709551615", "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(text(|out| push_plain(out, value)), plain);
            assert_eq!(text(|out| push_grouped(out, value)), grouped);
        }
        assert_eq!(text(|out| push_signed(out, i64::MIN, None)), "-9223372036854775808");
        assert_eq!(text(|out| push_signed(out, -1000, Some(b','))), "-1,000");
    }

    #[test]
    fn exact_floats_read_back_as_themselves() {
        for value in [0.0, 0.1, 3.0, 1e300, 5e-324, 1_795_247_208.724_461, f64::MAX] {
            let exact = text(|out| push_exact(out, value));
            assert_eq!(exact.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{exact}");
        }
        assert_eq!(text(|out| push_exact(out, f64::NAN)), "NaN");
        assert_eq!(text(|out| push_exact(out, f64::NEG_INFINITY)), "-inf");
    }

    #[test]
    fn readable_floats() {
        for (value, expected) in [
            (0.0, "0.0"),
            (3.0, "3.0"),
            (-2.25, "-2.25"),
            (0.25, "0.25"),
            (10.0, "10.0"),
            (1.0 / 3.0, "0.333333"),
            (1_234_567.891, "1,234,567.9"),
            (1e14, "100,000,000,000,000.0"),
            (1e300, "1e300"),
            (1.234_567_89e-7, "1.23457e-7"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(text(|out| push_readable(out, value)), expected);
        }
    }

    #[test]
    fn durations() {
        for (seconds, expected) in [
            (0.0, "0 s"),
            (8.5e-7, "850 ns"),
            (0.000_999_9, "1.00 ms"),
            (0.0123, "12.3 ms"),
            (0.999_9, "1.00 s"),
            (4.2, "4.20 s"),
            (119.0, "119 s"),
            (125.4, "2m 05s"),
            (-3723.0, "-1h 02m 03s"),
            (f64::NAN, "NaN s"),
        ] {
            assert_eq!(text(|out| push_duration(out, seconds)), expected);
        }
    }
}
