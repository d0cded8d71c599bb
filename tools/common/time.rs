//! Points in time as dates.

use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Formats dates in the local time zone.
#[derive(Debug)]
pub struct Calendar {
    zone: TimeZone,
    /// The minute that was formatted last: a dump of many files has many dates in few minutes.
    minute: Option<Minute>,
}

/// How the dates of one minute begin and end; only the seconds between differ.
#[derive(Debug)]
struct Minute {
    number: i64,
    date: String,
    offset: String,
}

impl Calendar {
    /// In the time zone of `$TZ`, else of the system, else in UTC.
    pub fn local() -> Self {
        Self::of(TimeZone::system())
    }

    const fn of(zone: TimeZone) -> Self {
        Self { zone, minute: None }
    }

    /// Appends the date of a Unix time in seconds: `2026-11-21 10:14:05.724 +01:00`.
    ///
    /// Appends nothing and gives false for what is no date: not finite, or beyond the calendar.
    pub fn push_date(&mut self, out: &mut Vec<u8>, unix_seconds: f64) -> bool {
        let milliseconds = (unix_seconds * 1e3).round();
        if !milliseconds.is_finite() {
            return false;
        }
        // Saturates; the calendar ends long before.
        let milliseconds = milliseconds as i64;
        let Some(minute) = self.minute_of(milliseconds.div_euclid(60_000)) else {
            return false;
        };
        let rest = milliseconds.rem_euclid(60_000);
        let (seconds, thousandths) = (rest / 1000, rest % 1000);
        let Minute { date, offset, .. } = minute;
        write!(out, "{date}{seconds:02}.{thousandths:03}{offset}").is_ok()
    }

    fn minute_of(&mut self, number: i64) -> Option<&Minute> {
        if self.minute.as_ref().is_none_or(|minute| minute.number != number) {
            let start = Timestamp::from_second(number.checked_mul(60)?).ok()?;
            let local = start.to_zoned(self.zone.clone());
            // An old zone's offset may have seconds; then a date is off by those, as in `date`.
            self.minute = Some(Minute {
                number,
                date: local.strftime("%Y-%m-%d %H:%M:").to_string(),
                offset: local.strftime(" %:z").to_string(),
            });
        }
        self.minute.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let mut calendar = Calendar::of(TimeZone::UTC);
        let mut date = |seconds| {
            let mut out = Vec::new();
            calendar.push_date(&mut out, seconds).then(|| String::from_utf8(out).unwrap())
        };
        for (seconds, expected) in [
            (1_795_247_208.724_461, "2026-11-21 07:46:48.724 +00:00"),
            (1_795_247_209.0, "2026-11-21 07:46:49.000 +00:00"),
            (1_795_247_219.999_9, "2026-11-21 07:47:00.000 +00:00"),
            (0.0, "1970-01-01 00:00:00.000 +00:00"),
            (-0.5, "1969-12-31 23:59:59.500 +00:00"),
        ] {
            assert_eq!(date(seconds).as_deref(), Some(expected));
        }
        for nonsense in [f64::NAN, f64::INFINITY, 1e300, -1e300, 1e15] {
            assert_eq!(date(nonsense), None);
        }
    }

    #[test]
    fn dates_are_local() {
        let zone = TimeZone::fixed(jiff::tz::offset(-3));
        let mut out = Vec::new();
        assert!(Calendar::of(zone).push_date(&mut out, 0.0));
        assert_eq!(out, b"1969-12-31 21:00:00.000 -03:00");
    }
}
