//! `/api/v1/history`: what the page draws, over time.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats::Kind;
use mmstats_cli::clock::now;
use mmstats_web::{Parameters, Problem, json_response};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::history::{Column, Excerpt, Mark, Of, Query, StatExcerpt};
use crate::state::AppState;

/// How many labels and names an answer may have.
const MAX_STATS: usize = 32;
/// How many points an answer may have.
const MAX_POINTS: f64 = 11_000.0;
/// The end of the year 9999, the latest time.
const END: f64 = 253_402_300_800.0;

/// The parameters, and those of them that may be repeated.
const PARAMETERS: [&str; 5] = ["label", "name", "from", "to", "step"];
const REPEATABLE: [&str; 2] = ["label", "name"];

pub async fn history(
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    let query = query_of(&parameters.allow(&PARAMETERS, &REPEATABLE)?, state.usual_span())?;
    state.history(query, |excerpt| json_response(&HistoryRecord(excerpt))).await
}

fn query_of(wanted: &Parameters, usual_span: f64) -> Result<Query, Problem> {
    let labels = wanted.all("label").map(|label| Of::Label(label.to_owned()));
    let names = wanted.all("name").map(|name| Of::Name(name.to_owned()));
    let of: Vec<Of> = labels.chain(names).collect();
    if let Some(Of::Label(text) | Of::Name(text)) = of.get(MAX_STATS) {
        let reason = format!("{text:?}: at most {MAX_STATS} labels and names");
        return Err(Problem::bad_request(reason));
    }
    let seconds = |name| wanted.decimal(name, 0.0..=END);
    let (from, to, step) = (seconds("from")?, seconds("to")?, seconds("step")?.unwrap_or(0.0));
    if let (Some(from), Some(to)) = (from, to) {
        if from > to {
            return Err(Problem::bad_request(format!("from=\"{from}\": after to={to}")));
        }
        if step > 0.0 && (to - from) / step > MAX_POINTS {
            let least = ((to - from) / MAX_POINTS * 1000.0).ceil() / 1000.0;
            let reason = format!(
                "step=\"{step}\": at most {MAX_POINTS} points, so at least {least} from {from} to {to}"
            );
            return Err(Problem::bad_request(reason));
        }
    }
    let to = to.unwrap_or(END);
    let from = from.unwrap_or_else(|| (to.min(now()) - usual_span).max(0.0));
    Ok(Query { of, from, to, step })
}

struct HistoryRecord<'a>(&'a Excerpt);

impl Serialize for HistoryRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Excerpt { oldest, interval, step, is_full, times, stats, marks } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("oldest", oldest)?;
        map.serialize_entry("interval", interval)?;
        map.serialize_entry("step", step)?;
        map.serialize_entry("full", is_full)?;
        map.serialize_entry("times", times)?;
        let stats: Vec<_> = stats.iter().map(StatRecord).collect();
        map.serialize_entry("stats", &stats)?;
        map.serialize_entry::<str, [Mark]>("marks", marks)?;
        map.end()
    }
}

struct StatRecord<'a>(&'a StatExcerpt);

impl Serialize for StatRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let StatExcerpt { of, kind, unit, series } = self.0;
        let mut map = serializer.serialize_map(None)?;
        match of {
            Of::Label(label) => map.serialize_entry("label", label)?,
            Of::Name(name) => map.serialize_entry("name", name)?,
        }
        map.serialize_entry("kind", &kind.map(Kind::name))?;
        map.serialize_entry("unit", &Some(unit).filter(|unit| !unit.is_empty()))?;
        map.serialize_entry("series", &SeriesRecord(series))?;
        map.end()
    }
}

struct SeriesRecord<'a>(&'a [(Column, Vec<f64>)]);

impl Serialize for SeriesRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, numbers) in self.0 {
            map.serialize_entry(column.name(), &Numbers(numbers))?;
        }
        map.end()
    }
}

/// Numbers over time: null where there is none, and with no more digits than are known.
struct Numbers<'a>(&'a [f64]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for number in self.0 {
            let narrow = *number as f32;
            match *number {
                number if number.is_nan() => list.serialize_element(&None::<f64>)?,
                number if number.is_infinite() => {
                    list.serialize_element(if number > 0.0 { "inf" } else { "-inf" })?;
                }
                number if number.fract() != 0.0 && f64::from(narrow) == number => {
                    list.serialize_element(&narrow)?;
                }
                number => list.serialize_element(&number)?,
            }
        }
        list.end()
    }
}
