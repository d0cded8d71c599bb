//! Indices: one a day, after a template, so that what is old is dropped whole.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use ureq::http::Method;

use super::client::{Cause, Client, Failure, JSON};
use crate::store::Extent;

/// All of them.
pub const ALL: &str = "kodemon-*";
/// Their names, by the day in UTC.
const DAY: &str = "kodemon-%Y.%m.%d";

/// The index of an execution that began at that time.
pub fn of(timestamp: f64) -> String {
    let moment = Timestamp::from_second(timestamp.floor() as i64).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(TimeZone::UTC).strftime(DAY).to_string()
}

/// What an engine says of itself.
#[derive(Deserialize)]
struct Itself {
    version: Version,
}

#[derive(Deserialize)]
struct Version {
    number: String,
    /// OpenSearch says who it is; Elasticsearch doesn't.
    distribution: Option<String>,
}

impl Version {
    /// Whether it has templates such as ours: Elasticsearch since 7.8, OpenSearch always.
    fn will_do(&self) -> bool {
        let mut numbers = self.number.split('.').map_while(|number| number.parse::<u32>().ok());
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        self.distribution.is_some() || version >= (7, 8)
    }
}

/// Sees who is there, and says how indices are to be made.
///
/// # Errors
///
/// Where it isn't there, isn't such an engine, is too old, or refuses it.
pub fn prepare(client: &Client) -> Result<(), Failure> {
    let Itself { version } = client.ask(Method::GET, "/", (JSON, b""))?;
    if !version.will_do() {
        let found = version.number;
        return Err(client.useless(format!("version {found}, but 7.8 is needed at least")));
    }
    let template = template().to_string();
    let body = (JSON, template.as_bytes());
    let _: IgnoredAny = client.ask(Method::PUT, "/_index_template/kodemon", body)?;
    Ok(())
}

/// How an execution is kept: its exact time as a double, the same in whole milliseconds as a date
/// for the engine's histograms and others' dashboards, and its further fields only as they stand,
/// so that no sender can make the mapping grow.
fn template() -> Value {
    json!({
        "index_patterns": [ALL],
        "priority": 500,
        "version": 1,
        "_meta": {"description": "per-call timings of functions, by kodemon"},
        "template": {
            "mappings": {
                "dynamic": false,
                "properties": {
                    "@timestamp": {"type": "date", "format": "epoch_millis"},
                    "timestamp": {"type": "double"},
                    "execution_time": {"type": "double"},
                    "key": {"type": "keyword"},
                    "token": {"type": "keyword"},
                    "id": {"type": "keyword"},
                    "extra": {"type": "object", "enabled": false},
                },
            },
        },
    })
}

/// Drops the oldest index where all of it is from before that time; whether there is another one.
///
/// # Errors
///
/// Where the engine isn't there, or refuses it.
pub fn drop_before(client: &Client, time: f64) -> Result<bool, Failure> {
    let days = days(client)?;
    let mut over = days.iter().filter(|(_, end)| *end <= time);
    let Some((oldest, _)) = over.next() else {
        return Ok(false);
    };
    let _: IgnoredAny = client.ask(Method::DELETE, &format!("/{oldest}"), (JSON, b""))?;
    Ok(over.next().is_some())
}

/// When the day of the oldest index is over, and that of the newest; `None` where there is none.
///
/// # Errors
///
/// Returns an error if the engine isn't there, or refuses it.
pub fn extent(client: &Client) -> Result<Option<Extent>, Failure> {
    let days = days(client)?;
    let ends = days.first().zip(days.last());
    Ok(ends.map(|((_, oldest), (_, newest))| Extent { oldest: *oldest, newest: *newest }))
}

/// The indices of ours and when their days are over, the oldest first.
fn days(client: &Client) -> Result<Vec<(String, f64)>, Failure> {
    let path = format!("/{ALL}/_alias");
    let indices = client.ask::<BTreeMap<String, Value>>(Method::GET, &path, (JSON, b""));
    let indices = match indices {
        // There is none yet.
        Err(Failure { cause: Cause::Refused(404, _), .. }) => return Ok(Vec::new()),
        indices => indices?,
    };
    let ends = |name: String| ends(&name).map(|end| (name, end));
    Ok(indices.into_keys().filter_map(ends).collect())
}

/// When the day of an index is over; `None` where it isn't one of ours.
fn ends(name: &str) -> Option<f64> {
    let day = Date::strptime(DAY, name).ok()?;
    let end = day.checked_add(1.day()).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(end.timestamp().as_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_is_in_the_index_of_its_day() {
        assert_eq!(of(0.0), "kodemon-1970.01.01");
        assert_eq!(of(1_763_769_599.999_9), "kodemon-2025.11.21");
        assert_eq!(of(1_763_769_600.0), "kodemon-2025.11.22");
        assert_eq!(of(f64::MAX), "kodemon-1970.01.01");
    }

    #[test]
    fn an_index_is_over_when_its_day_is() {
        assert_eq!(ends("kodemon-2025.11.21"), Some(1_763_769_600.0));
        for foreign in ["kodemon-", "kodemon-logs", "kodemon-2025.11", "kodemon-2025.11.21-x"] {
            assert_eq!(ends(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn templates_are_known_since_version_7_8_and_in_opensearch() {
        for (number, distribution, will_do) in [
            ("7.7.1", None, false),
            ("6.8.23", None, false),
            ("7.8.0", None, true),
            ("7.17.28", None, true),
            ("8.0.0-SNAPSHOT", None, true),
            ("9.1.0", None, true),
            ("1.3.20", Some("opensearch"), true),
            ("", None, false),
        ] {
            let distribution = distribution.map(str::to_owned);
            let version = Version { number: number.to_owned(), distribution };
            assert_eq!(version.will_do(), will_do, "{number}");
        }
    }
}
