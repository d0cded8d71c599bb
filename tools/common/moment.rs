//! A time on the command line: a date, Unix seconds, or how long before the end of a recording.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use mmstats_cli::duration::parse_duration;

/// TIME as an argument.
///
/// Its argument needs `allow_hyphen_values = true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A point in time.
    At(SystemTime),
    /// So long before a recording's last poll.
    BeforeEnd(Duration),
}

/// What TIME may be, for the help of a tool: lines of at most 79 characters.
pub const MOMENT_HELP: &str = "\
TIME:
  2026-11-21T10:14:05+01:00, 2026-11-21T09:14:05.5Z
                   a date with its time zone, as in RFC 3339
  2026-11-21T10:14:05, '2026-11-21 10:14', 2026-11-21
                   a date in the local time zone (TZ)
  @1795252445.25   seconds since 1970
  -90s, -5m, -2h, -1d
                   before the recording's last poll";

impl Moment {
    /// The point in time, if the last poll was at `end`.
    pub fn before(self, end: SystemTime) -> SystemTime {
        match self {
            Self::At(time) => time,
            Self::BeforeEnd(duration) => {
                end.checked_sub(duration).unwrap_or_else(|| Timestamp::MIN.into())
            }
        }
    }

    fn parse(text: &str, zone: &TimeZone) -> Result<Self, String> {
        if let Some(duration) = text.strip_prefix('-') {
            return parse_duration(duration).map(Self::BeforeEnd);
        }
        let time = match text.strip_prefix('@') {
            Some(seconds) => unix_time(seconds).ok_or(
                "expected seconds since 1970 behind @, in the years 1 to 9999, such as \
                 @1795252445.25",
            )?,
            None => date(text, zone)?,
        };
        Ok(Self::At(time.into()))
    }
}

impl FromStr for Moment {
    type Err = String;

    /// Parses TIME; a date without a zone is in the zone of `$TZ`, else of the system.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, &TimeZone::system())
    }
}

/// A date with its zone, or in `zone`.
fn date(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let zoned = text.parse().ok();
    // With an annotation in brackets the zone would be ignored.
    let local = || text.parse::<DateTime>().ok().filter(|_| !text.contains('['));
    let time = match (zoned, zoned.map_or_else(local, |_| None)) {
        (Some(time), _) => time,
        (None, Some(date)) => {
            let time = zone.to_ambiguous_timestamp(date);
            time.unambiguous().map_err(|_| {
                "the local clock shows this time twice or never, as it is set there; \
                 give the zone, such as 2026-10-25T02:30:00+02:00"
            })?
        }
        (None, None) => {
            return Err("expected a date such as 2026-11-21T10:14:05 (local) or \
                 2026-11-21T10:14:05+01:00, @1795252445, or -5m (before the recording's end)"
                .to_owned());
        }
    };
    let in_range = in_range(time).ok_or("expected a date in the years 1 to 9999")?;
    Ok(in_range)
}

/// Parses seconds, which may be negative and have a fraction of up to nine digits.
fn unix_time(text: &str) -> Option<Timestamp> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || !(1..=9).contains(&fraction.len()) {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let nanoseconds: i32 = format!("{fraction:0<9}").parse().ok()?;
    in_range(Timestamp::new(sign * seconds, sign as i32 * nanoseconds).ok()?)
}

/// A time that a recording can have: one in the years 1 to 9999.
fn in_range(time: Timestamp) -> Option<Timestamp> {
    const FIRST_SECOND: i64 = -62_135_596_800;
    (time.as_second() >= FIRST_SECOND).then_some(time)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn parse(text: &str) -> Result<Moment, String> {
        Moment::parse(text, &TimeZone::get("Europe/Paris").unwrap_or(paris()))
    }

    /// Where the system has no time zones.
    fn paris() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    fn at(milliseconds: u64) -> Moment {
        Moment::At(UNIX_EPOCH + Duration::from_millis(milliseconds))
    }

    #[test]
    fn dates_are_of_their_zone_or_local() {
        for text in [
            "2026-11-21T09:14:05Z",
            "2026-11-21T09:14:05.000z",
            "2026-11-21T10:14:05+01:00",
            "2026-11-21T03:44:05-05:30",
            "2026-11-21T10:14:05",
            "2026-11-21 10:14:05",
            "@1795252445",
            "@1795252445.000",
        ] {
            assert_eq!(parse(text), Ok(at(1_795_252_445_000)), "{text}");
        }
        assert_eq!(parse("2026-11-21T10:14:05.25"), Ok(at(1_795_252_445_250)));
        assert_eq!(parse("@1795252445.25"), Ok(at(1_795_252_445_250)));
        assert_eq!(parse("2026-07-01 12:00"), Ok(at(1_782_900_000_000)), "summer time");
        assert_eq!(parse("2026-11-21"), Ok(at(1_795_215_600_000)), "midnight");
        let before_1970 = Moment::At(UNIX_EPOCH - Duration::from_millis(1_500));
        assert_eq!(parse("@-1.5"), Ok(before_1970));
        assert_eq!(parse("1969-12-31T23:59:58.5Z"), Ok(before_1970));
    }

    #[test]
    fn a_time_before_the_end_needs_the_end() {
        let end = UNIX_EPOCH + Duration::from_hours(3);
        for (text, seconds) in [("-90s", 10_710), ("-5m", 10_500), ("-2h", 3_600), ("-0s", 10_800)]
        {
            let moment = parse(text).unwrap();
            assert_eq!(moment.before(end), UNIX_EPOCH + Duration::from_secs(seconds), "{text}");
        }
        assert_eq!(parse("@7").unwrap().before(end), UNIX_EPOCH + Duration::from_secs(7));
        let longest = parse("-200000000000000d").unwrap();
        assert!(longest.before(end) < UNIX_EPOCH);
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_or_never_needs_its_zone() {
        for text in ["2026-10-25T02:30:00", "2026-03-29T02:30:00"] {
            assert!(parse(text).unwrap_err().contains("twice or never"), "{text}");
        }
        assert!(parse("2026-10-25T02:30:00+02:00").is_ok());
    }

    #[test]
    fn anything_else_says_what_was_expected() {
        for (text, expected) in [
            ("", "expected a date"),
            ("now", "expected a date"),
            ("10:14", "expected a date"),
            ("1795252445", "expected a date"),
            ("2026-13-01T00:00:00Z", "expected a date"),
            ("2026-11-21T10:14:05[Europe/Paris]", "expected a date"),
            ("-000044-01-01T00:00:00Z", "unit"),
            ("0000-12-31T23:59:59Z", "years 1 to 9999"),
            ("0000-06-01", "years 1 to 9999"),
            ("@", "seconds since 1970"),
            ("@.5", "seconds since 1970"),
            ("@1.", "seconds since 1970"),
            ("@+1", "seconds since 1970"),
            ("@--1", "seconds since 1970"),
            ("@1.0000000001", "seconds since 1970"),
            ("@1e9", "seconds since 1970"),
            ("@-62135596801", "years 1 to 9999"),
            ("@253402300801", "years 1 to 9999"),
            ("@99999999999999999999", "years 1 to 9999"),
            ("-5", "unit"),
            ("-m", "unit"),
            ("--5m", "unit"),
            ("-1.5h", "unit"),
            ("-99999999999999999d", "too long"),
        ] {
            let found = parse(text);
            assert!(found.as_ref().is_err_and(|it| it.contains(expected)), "{text}: {found:?}");
        }
    }

    #[test]
    fn its_help_fits_into_eighty_columns() {
        assert!(MOMENT_HELP.lines().all(|line| line.len() <= 79));
    }
}
