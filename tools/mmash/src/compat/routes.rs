//! The routes of the original's mmash 0.8.0, with its answers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::{Redirect, Response};
use axum::routing::{MethodRouter, get};
use mmstats::Value;
use mmstats_tools::common::json::Exact;
use mmstats_web::{Parameters, PathTail, Problem, json_response};
use serde::Serialize;

use super::aggregation::{Aggregated, Aggregation};
use crate::polling::Snapshot;
use crate::state::AppState;

/// Redirects to a relative address, as a proxy may serve mmash under a path. The query is kept.
pub fn redirect(to: &'static str) -> MethodRouter<Arc<AppState>> {
    get(async move |uri: Uri| {
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        Redirect::permanent(&format!("{to}{query}"))
    })
}

#[derive(Serialize)]
struct Labels {
    #[serde(rename = "stats")]
    labels: BTreeSet<String>,
}

/// `/stats/`: every label, sorted.
pub async fn labels(State(state): State<Arc<AppState>>) -> Result<Response, Problem> {
    state
        .respond(|snapshot| {
            let all = snapshot.files.iter().flat_map(|entry| entry.file().stats());
            let labels = all.map(|stat| stat.label().into_owned()).collect();
            Ok(json_response(&Labels { labels }))
        })
        .await
}

#[derive(Serialize)]
struct Files<'a> {
    files: Vec<Cow<'a, str>>,
}

/// `/files/`: the files.
pub async fn all_files(State(state): State<Arc<AppState>>) -> Result<Response, Problem> {
    state.respond(|snapshot| files(snapshot, "")).await
}

/// `/files/GLOB`: the files whose names match.
pub async fn some_files(
    PathTail(glob): PathTail,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    state.respond(move |snapshot| files(snapshot, &glob)).await
}

/// The paths of files that have a stat, sorted.
fn files(snapshot: &Snapshot, glob: &str) -> Result<Response, Problem> {
    let files = snapshot.matching(glob)?.filter(|entry| entry.file().stats().len() > 0);
    let paths = files.map(|entry| entry.file().path().to_string_lossy());
    Ok(json_response(&Files { files: paths.collect() }))
}

/// A label's values in all files, in the files' order, or their aggregate.
#[derive(Serialize)]
#[serde(untagged)]
enum Values<'a> {
    Each(Vec<Exact<'a>>),
    One(Aggregated<'a>),
}

/// `/stats/PREFIX`: the stats whose labels begin with `prefix`, or with the parameter `exact` the
/// stat of that label.
pub async fn stats(
    PathTail(prefix): PathTail,
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    state.respond(move |snapshot| stats_of(snapshot, &prefix, &parameters)).await
}

fn stats_of(
    snapshot: &Snapshot,
    prefix: &str,
    parameters: &Parameters,
) -> Result<Response, Problem> {
    let exact = parameters.get("exact").is_some();
    let mut values: BTreeMap<String, Vec<Value<'_>>> = BTreeMap::new();
    for stat in
        snapshot.matching(parameters.get_or_empty("glob"))?.flat_map(|entry| entry.file().stats())
    {
        let label = stat.label();
        if label == prefix || !exact && label.starts_with(prefix) {
            values.entry(label.into_owned()).or_default().push(stat.value());
        }
    }
    let name = parameters.get_or_empty("aggr");
    let aggregation = Aggregation::of_name(name);
    let of_label = |(label, values): (String, Vec<_>)| {
        let values = match aggregation {
            None => Values::Each(values.into_iter().map(Exact).collect()),
            Some(aggregation) => {
                let aggregated = aggregation.apply(&values).map_err(|reason| {
                    Problem::bad_request(format!("aggr={name}: {label:?} {reason}"))
                })?;
                Values::One(aggregated)
            }
        };
        Ok((label, values))
    };
    let stats: Result<BTreeMap<_, _>, Problem> = values.into_iter().map(of_label).collect();
    Ok(json_response(&stats?))
}
