//! Times in messages.

use std::time::{SystemTime, UNIX_EPOCH};

use mmstats_tools::common::time::Calendar;

/// A time as a date in the local time zone.
pub fn date(time: SystemTime) -> String {
    let mut text = Vec::new();
    // What a recording has is a date of the calendar.
    Calendar::local().push_date(&mut text, unix_seconds(time));
    String::from_utf8_lossy(&text).into_owned()
}

/// Unix time in seconds.
pub fn unix_seconds(time: SystemTime) -> f64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}
