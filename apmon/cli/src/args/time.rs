//! Parses the time of packets.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// Parses a time: a date as in RFC 3339, or Unix seconds. Packets have whole seconds, in 32 bits.
pub fn parse_time(text: &str) -> Result<SystemTime, String> {
    let seconds = text.parse().ok();
    let date = || text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let seconds = seconds.or_else(date).ok_or("expected 2026-11-21T10:00:00Z or Unix seconds")?;
    let in_packet = i32::try_from(seconds).ok().filter(|seconds| *seconds > 0);
    let seconds = in_packet.ok_or("expected a time from 1970-01-01 to 2038-01-19")?;
    Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_seconds_are_the_same_time() {
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_255_205);
        for text in ["1795255205", "2026-11-21T10:00:05Z", "2026-11-21T11:00:05.9+01:00"] {
            assert_eq!(parse_time(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_a_packet_cannot_have_is_an_error() {
        for text in ["", "now", "2026-11-21", "1.5", "10:00"] {
            assert!(parse_time(text).unwrap_err().contains("or Unix seconds"), "{text}");
        }
        for text in ["0", "-1", "2147483648", "1969-12-31T23:59:59Z", "2038-01-19T03:14:08Z"] {
            assert!(parse_time(text).unwrap_err().contains("to 2038-01-19"), "{text}");
        }
        assert!(parse_time("2038-01-19T03:14:07Z").is_ok());
    }
}
