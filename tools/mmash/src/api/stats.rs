//! `/api/v1/stats`: each stat over all files, and one stat, or all series of a name, in each file.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats::{Kind, Stat, WatchedFile};
use mmstats_tools::common::records::{TotalRecord, serialize_label, serialize_value};
use mmstats_tools::common::suggestions::suggest;
use mmstats_totals::total::Total;
use mmstats_totals::totals::Totals;
use mmstats_web::{Parameters, PathTail, Problem, json_response};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::by_process::{ProcessRecord, processes_of};
use super::life::life_name;
use super::selector::Selector;
use crate::polling::Snapshot;
use crate::state::AppState;

/// The name of the kind where the file has none.
const UNKNOWN: &str = "unknown";

/// The largest `limit`, a number that every language has.
const MAX_LIMIT: usize = i32::MAX as usize;

#[derive(Serialize)]
struct StatsRecord<'a> {
    /// When the files were read, as Unix time in seconds.
    time: f64,
    /// How many stats match; `stats` may have fewer.
    found: usize,
    stats: Vec<TotalRecord<'a>>,
}

/// `/api/v1/stats`: the stats, sorted by label.
pub async fn stats(
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    let wanted = parameters.allow_only(&["prefix", "name", "glob", "kind", "limit"])?;
    state.respond(move |snapshot| stats_of(snapshot, &wanted)).await
}

fn stats_of(snapshot: &Snapshot, wanted: &Parameters) -> Result<Response, Problem> {
    let (prefix, name, kind, limit) = (
        wanted.get_or_empty("prefix"),
        wanted.get("name"),
        kind_of(wanted)?,
        wanted.number("limit", 0..=MAX_LIMIT)?.unwrap_or(MAX_LIMIT),
    );
    let totals = snapshot.totals_of(wanted.get_or_empty("glob"))?;
    let is_wanted = |total: &&Total| {
        let is_of = |kind| total.kind.map_or(UNKNOWN, Kind::name) == kind;
        total.label.starts_with(prefix)
            && kind.is_none_or(is_of)
            && name.is_none_or(|name| total.series().name() == name)
    };
    let mut found: Vec<&Total> = totals.iter().filter(is_wanted).collect();
    found.sort_unstable_by(|one, other| one.label.cmp(&other.label));
    let stats = found.iter().take(limit).map(|total| TotalRecord { total, help_texts: true });
    Ok(json_response(&StatsRecord {
        time: snapshot.time,
        found: found.len(),
        stats: stats.collect(),
    }))
}

/// The name of the kind that is asked for; `unknown` asks for files that have none.
fn kind_of(wanted: &Parameters) -> Result<Option<&str>, Problem> {
    let Some(kind) = wanted.get("kind") else {
        return Ok(None);
    };
    let mut known = Kind::ALL.into_iter().map(Kind::name).chain([UNKNOWN]);
    if known.any(|name| name == kind) {
        return Ok(Some(kind));
    }
    let known = Kind::ALL.map(Kind::name).join(", ");
    let reason = format!("kind={kind:?}: unknown kind; the kinds are {known}, {UNKNOWN}");
    Err(Problem::bad_request(reason))
}

#[derive(Serialize)]
struct OneRecord<'a> {
    /// When the files were read, as Unix time in seconds.
    time: f64,
    stat: TotalRecord<'a>,
    /// The value in each file, in the files' order; of a name, of each series.
    values: Vec<ValueRecord<'a>>,
    /// The values of each process, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    processes: Option<Vec<ProcessRecord<'a>>>,
}

/// A stat in a file.
struct ValueRecord<'a> {
    entry: &'a WatchedFile,
    stat: Stat<'a>,
    now: f64,
}

impl Serialize for ValueRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { entry, stat, now } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &entry.file().path().to_string_lossy())?;
        map.serialize_entry("life", life_name(entry.life()))?;
        map.serialize_entry("pid", &entry.file().pid())?;
        map.serialize_entry("tid", &entry.file().tid())?;
        serialize_label(&mut map, &stat.label(), &stat.series())?;
        serialize_value(&mut map, stat, *now)?;
        map.end()
    }
}

/// `/api/v1/stats/LABEL`: one stat over all files, and in each. Where no stat has the label, it is
/// a name, and all series of the name are added up.
pub async fn stat(
    PathTail(label): PathTail,
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    let wanted = parameters.allow_only(&["glob", "by"])?;
    state.respond(move |snapshot| stat_of(snapshot, &label, &wanted)).await
}

fn stat_of(snapshot: &Snapshot, label: &str, wanted: &Parameters) -> Result<Response, Problem> {
    let now = snapshot.time;
    let glob = wanted.get_or_empty("glob");
    let files: Vec<_> = snapshot.matching(glob)?.collect();
    let has_label = |stat: &Stat<'_>| stat.label() == label;
    let is_label = files.iter().any(|entry| entry.file().stats().any(|stat| has_label(&stat)));
    let text = label.to_owned();
    let selector = if is_label { Selector::Label(text) } else { Selector::Name(text) };
    let (mut totals, mut values) = (Totals::default(), Vec::new());
    for entry in files {
        let mut sum = totals.file(entry.file(), entry.life().verdict, now);
        for stat in entry.file().stats().filter(|stat| selector.matches(stat)) {
            sum.add(&stat);
            values.push(ValueRecord { entry, stat, now });
        }
    }
    let Some((total, _)) = selector.sum(&totals) else {
        return Err(Problem::not_found(missing(label, &snapshot.totals())));
    };
    let processes = processes_of(snapshot, &selector, wanted)?;
    let stat = TotalRecord { total: &total, help_texts: true };
    Ok(json_response(&OneRecord { time: now, stat, values, processes }))
}

/// Says that there is no such stat, and which labels are similar.
fn missing(label: &str, totals: &Totals) -> String {
    let labels: Vec<_> = totals.iter().map(|total| total.label.as_str()).collect();
    let near = suggest(label, labels.into_iter());
    let near: Vec<_> = near.into_iter().map(|label| format!("{label:?}")).collect();
    let hint = match &*near {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
    };
    format!("no file has a stat {label:?}{hint}")
}
