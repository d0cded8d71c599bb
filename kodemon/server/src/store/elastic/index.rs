//! Indices: one per day, from a template, so that old executions are deleted with their index.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use ureq::http::Method;

use super::client::{Cause, Client, JSON, RequestError};
use crate::store::backend::Extent;

/// Matches all of them.
pub const ALL: &str = "kodemon-*";
/// The name for a day in UTC.
const DAY: &str = "kodemon-%Y.%m.%d";

/// The index of an execution that began at that time.
pub fn of(timestamp: f64) -> String {
    let moment = Timestamp::from_second(timestamp.floor() as i64).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(TimeZone::UTC).strftime(DAY).to_string()
}

/// What an engine says about itself.
#[derive(Deserialize)]
struct EngineInfo {
    version: Version,
}

#[derive(Deserialize)]
struct Version {
    number: String,
    /// Only OpenSearch has it.
    distribution: Option<String>,
}

impl Version {
    /// Whether it has composable index templates: Elasticsearch since 7.8, OpenSearch always.
    fn is_supported(&self) -> bool {
        let mut numbers = self.number.split('.').map_while(|number| number.parse::<u32>().ok());
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        self.distribution.is_some() || version >= (7, 8)
    }
}

/// Checks the version of the engine and creates the index template.
///
/// # Errors
///
/// Returns an error if there is no engine, it is too old, or it refuses the template.
pub fn prepare(client: &Client) -> Result<(), RequestError> {
    let EngineInfo { version } = client.request(Method::GET, "/", (JSON, b""))?;
    if !version.is_supported() {
        let found = version.number;
        return Err(client.bad_response(format!("version {found}; at least 7.8 is needed")));
    }
    let template = template().to_string();
    let body = (JSON, template.as_bytes());
    let _: IgnoredAny = client.request(Method::PUT, "/_index_template/kodemon", body)?;
    Ok(())
}

/// The index template. The time is stored exactly as a double, and in whole milliseconds as a date
/// for the engine's histograms and for dashboards. Further fields aren't indexed, so that no sender
/// can enlarge the mapping.
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

/// Deletes the oldest index if it ends before that time. Returns whether there is another one.
///
/// # Errors
///
/// Returns an error if the request fails.
pub fn delete_before(client: &Client, time: f64) -> Result<bool, RequestError> {
    let days = days(client)?;
    let mut over = days.iter().filter(|(_, end)| *end <= time);
    let Some((oldest, _)) = over.next() else {
        return Ok(false);
    };
    let _: IgnoredAny = client.request(Method::DELETE, &format!("/{oldest}"), (JSON, b""))?;
    Ok(over.next().is_some())
}

/// The ends of the oldest and the newest index; `None` if there are none.
///
/// # Errors
///
/// Returns an error if the request fails.
pub fn extent(client: &Client) -> Result<Option<Extent>, RequestError> {
    let days = days(client)?;
    let ends = days.first().zip(days.last());
    Ok(ends.map(|((_, oldest), (_, newest))| Extent { oldest: *oldest, newest: *newest }))
}

/// The indices of this program and their ends, oldest first.
fn days(client: &Client) -> Result<Vec<(String, f64)>, RequestError> {
    let path = format!("/{ALL}/_alias");
    let indices = client.request::<BTreeMap<String, Value>>(Method::GET, &path, (JSON, b""));
    let indices = match indices {
        // No index yet.
        Err(RequestError { cause: Cause::Status(404, _), .. }) => return Ok(Vec::new()),
        indices => indices?,
    };
    let ends = |name: String| ends(&name).map(|end| (name, end));
    Ok(indices.into_keys().filter_map(ends).collect())
}

/// When the day of an index ends; `None` if it isn't one of this program.
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
    fn an_index_ends_with_its_day() {
        assert_eq!(ends("kodemon-2025.11.21"), Some(1_763_769_600.0));
        for foreign in ["kodemon-", "kodemon-logs", "kodemon-2025.11", "kodemon-2025.11.21-x"] {
            assert_eq!(ends(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn elasticsearch_7_8_and_opensearch_are_supported() {
        for (number, distribution, is_supported) in [
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
            assert_eq!(version.is_supported(), is_supported, "{number}");
        }
    }
}
