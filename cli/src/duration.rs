//! Durations as arguments: `30s`, `10m`, `2h`, `7d`, or a number of seconds.

use std::time::Duration;

/// Parses a whole number and its unit: `30s`, `10m`, `2h`, `7d`.
///
/// # Errors
///
/// Returns what was expected if the text is anything else, or too long a time.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 24 * 3600)];
    let found = UNITS.iter().find_map(|&(unit, seconds)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        Some((number, seconds))
    });
    let (number, seconds) =
        found.ok_or("expected a whole number and a unit, such as 30s, 10m, 2h or 7d")?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(|| "too long".to_owned())
}

/// Parses the seconds between two rounds, which may have a fraction.
///
/// # Errors
///
/// Returns what was expected if it isn't a number from a thousandth of a second to a year.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_millis(1);
    /// A year, so that adding delays to the clock can't overflow.
    const LONGEST: Duration = Duration::from_hours(366 * 24);
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|delay| (SHORTEST..=LONGEST).contains(delay))
        .ok_or_else(|| "must be from 0.001 seconds to a year".to_owned())
}

/// Parses the time between two rounds, a number of seconds or one with a unit, and either may have a
/// fraction: `1s`, `0.1`, `100ms`, `5m`.
///
/// # Errors
///
/// Returns what was expected if it is anything else, or not within `least` and `most`.
pub fn parse_interval(text: &str, (least, most): (Duration, Duration)) -> Result<Duration, String> {
    const UNITS: [(&str, f64); 5] =
        [("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];
    let unit = UNITS.into_iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, size)));
    let (number, size) = unit.unwrap_or((text, 1.0));
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = number.parse::<f64>().ok().filter(|_| is_plain);
    let number = number.ok_or("expected a number and a unit, such as 1s, 0.5s, 100ms or 5m")?;
    Duration::try_from_secs_f64(number * size)
        .ok()
        .filter(|interval| (least..=most).contains(interval))
        .ok_or_else(|| format!("must be from {least:?} to {most:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [("30s", 30), ("10m", 600), ("2h", 7200), ("7d", 604_800), ("0s", 0)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in
            ["", "10", "m", "-1s", "1.5h", "1w", "99999999999999999999d", "18446744073709551615d"]
        {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seconds() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "1s", "0", "-1", "0.0001", "1e9", "NaN", "inf"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn intervals() {
        let range = (Duration::from_millis(10), Duration::from_hours(1));
        for (text, milliseconds) in [
            ("1s", 1000),
            ("2", 2000),
            ("0.1", 100),
            ("10ms", 10),
            ("1.5s", 1500),
            ("60m", 3_600_000),
        ] {
            assert_eq!(
                parse_interval(text, range),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for wrong in ["", "s", "-1s", "1e3", "1 s", "NaN", "inf", "1w", "1.2.3"] {
            assert!(parse_interval(wrong, range).unwrap_err().contains("100ms"), "{wrong}");
        }
        for wrong in ["0", "9ms", "61m", "1d", "99999999999999999999999d"] {
            assert_eq!(parse_interval(wrong, range).unwrap_err(), "must be from 10ms to 3600s");
        }
    }
}
