//! Durations and sizes as they are given on the command line.

use std::time::Duration;

/// A duration in the largest unit in which it is a whole number: `90s`, `24h`, `100ms`.
pub fn duration(duration: Duration) -> String {
    const UNITS: [(&str, u128); 4] =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let milliseconds = duration.as_millis();
    // A single day is 24h.
    let is_whole = |(unit, size): &(&str, u128)| {
        milliseconds.is_multiple_of(*size)
            && milliseconds >= size * if *unit == "d" { 2 } else { 1 }
    };
    let found = UNITS.into_iter().find(is_whole);
    match found {
        Some((unit, size)) => format!("{}{unit}", milliseconds / size),
        None => format!("{duration:?}"),
    }
}

/// A number of bytes in the largest binary unit, with up to one digit behind the point.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let Some((unit, size)) = UNITS.into_iter().find(|(_, size)| bytes >= *size) else {
        return format!("{bytes} B");
    };
    if bytes.is_multiple_of(size) {
        return format!("{} {unit}", bytes / size);
    }
    format!("{:.1} {unit}", bytes as f64 / size as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (milliseconds, text) in [
            (0, "0ns"),
            (10, "10ms"),
            (1_000, "1s"),
            (1_500, "1.5s"),
            (90_000, "90s"),
            (300_000, "5m"),
            (86_400_000, "24h"),
            (604_800_000, "7d"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), text);
        }
    }

    #[test]
    fn sizes() {
        for (number, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1_572_864, "1.5 MiB"),
            (1 << 30, "1 GiB"),
            (1 << 40, "1024 GiB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }
}
