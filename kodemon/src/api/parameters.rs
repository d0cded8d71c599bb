//! Times and numbers among the parameters.

use jiff::Timestamp;
use web::{Parameters, Problem};

/// A point in time: Unix seconds, or a date and time as RFC 3339 has it.
pub fn time(parameters: &Parameters, name: &str) -> Result<Option<f64>, Problem> {
    let Some(text) = parameters.given(name) else {
        return Ok(None);
    };
    let seconds = text.parse().ok().filter(|seconds: &f64| seconds.is_finite());
    let date = || text.parse::<Timestamp>().ok().map(|date| date.as_duration().as_secs_f64());
    seconds.or_else(date).map(Some).ok_or_else(|| {
        let reason = "neither Unix seconds nor a date such as 2026-11-21T10:14:05Z";
        Problem::bad_request(format!("{name}={text:?}: {reason}"))
    })
}

/// A number from 1 to `most`.
pub fn number(
    parameters: &Parameters,
    name: &str,
    usual: usize,
    most: usize,
) -> Result<usize, Problem> {
    let Some(text) = parameters.given(name) else {
        return Ok(usual);
    };
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| {
        Problem::bad_request(format!("{name}={text:?}: not a whole number from 1 to {most}"))
    })
}
