//! Parses times in parameters.

use jiff::Timestamp;
use mmstats_web::{Parameters, Problem};

/// A time: Unix seconds, or a date and time in RFC 3339 format.
pub fn time(parameters: &Parameters, name: &str) -> Result<Option<f64>, Problem> {
    let Some(text) = parameters.get(name) else {
        return Ok(None);
    };
    seconds(text).or_else(|| date(text)).map(Some).ok_or_else(|| {
        let reason = "expected Unix seconds or a date such as 2026-11-21T10:14:05Z";
        Problem::bad_request(format!("{name}={text:?}: {reason}"))
    })
}

/// A number in JSON syntax.
fn seconds(text: &str) -> Option<f64> {
    // JSON allows white space around it.
    serde_json::from_str(text).ok().filter(|_| text.trim() == text)
}

/// A date and time in RFC 3339 format: jiff accepts other formats too, and at most nanoseconds.
fn date(text: &str) -> Option<f64> {
    let text = text.to_ascii_uppercase();
    let (time, rest) = text.split_at_checked(19)?;
    let (fraction, zone) = rest.split_at(rest.find(['Z', '+', '-'])?);
    let digits = if fraction.is_empty() { "0" } else { fraction.strip_prefix('.')? };
    let shape = |text: &str| text.replace(|digit: char| digit.is_ascii_digit(), "0");
    let is_date = shape(time) == "0000-00-00T00:00:00"
        && shape(digits).bytes().all(|digit| digit == b'0')
        && !digits.is_empty()
        && ["Z", "+00:00", "-00:00"].contains(&&*shape(zone));
    let digits = &digits[..digits.len().min(9)];
    let date = is_date.then(|| format!("{time}.{digits}{zone}").parse::<Timestamp>().ok());
    Some(date.flatten()?.as_duration().as_secs_f64())
}
