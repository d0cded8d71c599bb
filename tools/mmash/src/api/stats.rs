//! `/api/v1/stats`: each stat over all files, and one stat in each file.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use mmstats::{Kind, Stat};
use mmstats_tools::common::near::near;
use mmstats_tools::common::records::{TotalRecord, put_value};
use mmstats_tools::common::totals::{Total, Totals};
use mmstats_web::{Parameters, Problem, Rest, answer};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::by_process::{ProcessRecord, by_process};
use crate::polling::Poller;
use crate::polling::{Seen, Snapshot};

/// What the kind is called where the file doesn't tell.
const UNKNOWN: &str = "unknown";

/// By what else than files a stat can be divided.
const PROCESS: &str = "process";

/// As many stats as a `limit` may be: programs of any language have such a number.
const MOST: usize = i32::MAX as usize;

/// All stats, and one of them.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new().route("/api/v1/stats", get(stats)).route("/api/v1/stats/{*label}", get(stat))
}

#[derive(Serialize)]
struct StatsRecord<'a> {
    /// Unix time in seconds of the look at the files.
    time: f64,
    /// How many stats are meant; `stats` may have fewer.
    found: usize,
    stats: Vec<TotalRecord<'a>>,
}

/// The stats by label, as many as are wanted.
async fn stats(
    parameters: Parameters,
    State(poller): State<Arc<Poller>>,
) -> Result<Response, Problem> {
    let wanted = parameters.only(&["prefix", "glob", "kind", "limit"])?;
    poller.answer(move |snapshot| stats_of(snapshot, &wanted)).await
}

fn stats_of(snapshot: &Snapshot, wanted: &Parameters) -> Result<Response, Problem> {
    let (prefix, kind, limit) = (
        wanted.first("prefix"),
        kind_of(wanted)?,
        wanted.number("limit", 0..=MOST)?.unwrap_or(MOST),
    );
    let totals = snapshot.totals_of(wanted.first("glob"))?;
    let is_wanted = |total: &&Total| {
        let is_of = |kind| total.kind.map_or(UNKNOWN, Kind::name) == kind;
        total.label.starts_with(prefix) && kind.is_none_or(is_of)
    };
    let mut found: Vec<&Total> = totals.iter().filter(is_wanted).collect();
    found.sort_unstable_by(|one, other| one.label.cmp(&other.label));
    let stats = found.iter().take(limit).map(|total| TotalRecord { total, help_texts: true });
    Ok(answer(&StatsRecord { time: snapshot.time, found: found.len(), stats: stats.collect() }))
}

/// The name of the kind that is wanted, if one is; `unknown`: where the file doesn't tell.
fn kind_of(wanted: &Parameters) -> Result<Option<&str>, Problem> {
    let Some(kind) = wanted.given("kind") else {
        return Ok(None);
    };
    let mut known = Kind::ALL.into_iter().map(Kind::name).chain([UNKNOWN]);
    if known.any(|name| name == kind) {
        return Ok(Some(kind));
    }
    let known = Kind::ALL.map(Kind::name).join(", ");
    let reason = format!("kind={kind:?}: no such kind, known are {known}, {UNKNOWN}");
    Err(Problem::bad_request(reason))
}

#[derive(Serialize)]
struct OneRecord<'a> {
    /// Unix time in seconds of the look at the files.
    time: f64,
    stat: TotalRecord<'a>,
    /// What each file has, in the files' order.
    values: Vec<ValueRecord<'a>>,
    /// What each process has, if that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    processes: Option<Vec<ProcessRecord<'a>>>,
}

/// A stat in a file.
struct ValueRecord<'a> {
    seen: &'a Seen,
    stat: Stat<'a>,
    now: f64,
}

impl Serialize for ValueRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { seen, stat, now } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &seen.file.path().to_string_lossy())?;
        map.serialize_entry("life", seen.life())?;
        map.serialize_entry("pid", &seen.file.pid())?;
        map.serialize_entry("tid", &seen.file.tid())?;
        put_value(&mut map, stat, *now)?;
        map.end()
    }
}

/// The stat of this label, over all files and in each.
async fn stat(
    Rest(label): Rest,
    parameters: Parameters,
    State(poller): State<Arc<Poller>>,
) -> Result<Response, Problem> {
    let wanted = parameters.only(&["glob", "by"])?;
    poller.answer(move |snapshot| stat_of(snapshot, &label, &wanted)).await
}

fn stat_of(snapshot: &Snapshot, label: &str, wanted: &Parameters) -> Result<Response, Problem> {
    let now = snapshot.time;
    let (mut totals, mut values) = (Totals::default(), Vec::new());
    for seen in snapshot.matching(wanted.first("glob"))? {
        for stat in seen.file.stats().filter(|stat| stat.label() == label) {
            totals.add(&seen.file, &stat, seen.life.verdict, now);
            values.push(ValueRecord { seen, stat, now });
        }
    }
    let Some(total) = totals.iter().next() else {
        return Err(Problem::not_found(missing(label, &snapshot.totals())));
    };
    let processes = match wanted.given("by") {
        None => None,
        Some(PROCESS) => Some(by_process(snapshot, label, wanted.first("glob"))?),
        Some(other) => {
            return Err(Problem::bad_request(format!("by={other:?}: it can only be {PROCESS}")));
        }
    };
    let stat = TotalRecord { total, help_texts: true };
    Ok(answer(&OneRecord { time: now, stat, values, processes }))
}

/// That there is no such stat, and which ones have a label like that.
fn missing(label: &str, totals: &Totals) -> String {
    let labels: Vec<_> = totals.iter().map(|total| total.label.as_str()).collect();
    let near = near(label, labels.into_iter());
    let near: Vec<_> = near.into_iter().map(|label| format!("{label:?}")).collect();
    let hint = match &*near {
        [] => String::new(),
        near => format!(": is {} meant?", near.join(" or ")),
    };
    format!("no file has a stat {label:?}{hint}")
}
