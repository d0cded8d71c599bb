//! The routes of the original's mmash 0.8.0, with its answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use glob::Pattern;
use mmstats::Value;
use serde::{Deserialize, Serialize};
use web::Problem;

use super::aggregate::Aggregation;
use super::poller::Poller;
use super::snapshot::{Seen, Snapshot};
use crate::common::json::Exact;

/// `/stats/` and `/files/`, each also with something behind it.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new()
        .route("/stats/", get(labels))
        .route("/stats/{*prefix}", get(stats))
        .route("/files/", get(all_files))
        .route("/files/{*glob}", get(some_files))
}

#[derive(Serialize)]
struct Labels {
    stats: BTreeSet<String>,
}

/// Every label, sorted.
async fn labels(State(poller): State<Arc<Poller>>) -> Json<Labels> {
    let snapshot = poller.snapshot();
    let stats = snapshot.files.iter().flat_map(|seen| seen.file.stats());
    Json(Labels { stats: stats.map(|stat| stat.label().into_owned()).collect() })
}

#[derive(Serialize)]
struct Files {
    files: Vec<String>,
}

async fn all_files(State(poller): State<Arc<Poller>>) -> Result<Json<Files>, Problem> {
    files(&poller, "")
}

async fn some_files(
    Path(glob): Path<String>,
    State(poller): State<Arc<Poller>>,
) -> Result<Json<Files>, Problem> {
    files(&poller, &glob)
}

/// The paths of files that have a stat, sorted.
fn files(poller: &Poller, glob: &str) -> Result<Json<Files>, Problem> {
    let snapshot = poller.snapshot();
    let files = matching(&snapshot, glob)?.filter(|seen| seen.file.stats().len() > 0);
    let paths = files.map(|seen| seen.file.path().to_string_lossy().into_owned());
    Ok(Json(Files { files: paths.collect() }))
}

/// What stands behind the `?` of `/stats/…`.
#[derive(Deserialize)]
struct Wanted {
    /// Whatever its value: the label is meant and no others that begin with it.
    exact: Option<String>,
    #[serde(default)]
    glob: String,
    #[serde(default)]
    aggr: String,
}

/// A label's values in all files, in the files' order, or what they are together.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Values(Vec<Exact<'a>>),
    Together(Exact<'a>),
}

/// The stats whose labels begin with `prefix`.
async fn stats(
    Path(prefix): Path<String>,
    Query(wanted): Query<Wanted>,
    State(poller): State<Arc<Poller>>,
) -> Result<Response, Problem> {
    let snapshot = poller.snapshot();
    let mut values: BTreeMap<String, Vec<Value<'_>>> = BTreeMap::new();
    for stat in matching(&snapshot, &wanted.glob)?.flat_map(|seen| seen.file.stats()) {
        let label = stat.label();
        if label == prefix || wanted.exact.is_none() && label.starts_with(&prefix) {
            values.entry(label.into_owned()).or_default().push(stat.value());
        }
    }
    let aggregation = Aggregation::of_name(&wanted.aggr);
    let answer = |(label, values): (String, Vec<_>)| {
        let answer = match aggregation {
            None => Answer::Values(values.into_iter().map(Exact).collect()),
            Some(aggregation) => {
                let together = aggregation.apply(&values).map_err(|reason| {
                    Problem::bad_request(format!("aggr={}: {label:?} {reason}", wanted.aggr))
                })?;
                Answer::Together(Exact(together))
            }
        };
        Ok((label, answer))
    };
    let answers: BTreeMap<_, _> = values.into_iter().map(answer).collect::<Result<_, Problem>>()?;
    Ok(Json(answers).into_response())
}

/// The files whose names match. A glob is of names, and finds nothing elsewhere.
fn matching<'a>(
    snapshot: &'a Snapshot,
    glob: &str,
) -> Result<impl Iterator<Item = &'a Seen> + use<'a>, Problem> {
    let wrong = |reason: &str| Problem::bad_request(format!("glob={glob:?}: {reason}"));
    if glob.contains('/') {
        return Err(wrong("a glob is of names, without '/'"));
    }
    let all = glob.is_empty();
    let pattern = Pattern::new(glob).map_err(|error| wrong(error.msg))?;
    Ok(snapshot.files.iter().filter(move |seen| {
        let name = seen.file.path().file_name().unwrap_or_default();
        all || pattern.matches(&name.to_string_lossy())
    }))
}
