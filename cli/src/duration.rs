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
}
