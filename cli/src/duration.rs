//! Durations as arguments: `30s`, `10m`, `2h`, `7d`.

use std::time::Duration;

/// A whole number and its unit.
///
/// # Errors
///
/// Where it is anything else, or too long.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 24 * 3600)];
    let found = UNITS.iter().find_map(|&(unit, seconds)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        Some((number, seconds))
    });
    let (number, seconds) =
        found.ok_or("a whole number and a unit were expected, as in 30s, 10m, 2h or 7d")?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(|| "too long".to_owned())
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
}
