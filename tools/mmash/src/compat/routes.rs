//! The routes of the original's mmash 0.8.0, with its answers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{Redirect, Response};
use axum::routing::get;
use mmstats::Value;
use mmstats_tools::common::json::Exact;
use mmstats_web::{Parameters, Problem, Rest, answer};
use serde::Serialize;

use super::aggregate::{Aggregation, Together};
use crate::polling::Poller;
use crate::polling::Snapshot;

/// `/stats/` and `/files/`, each also with something behind it. Without the slash they lead to
/// those with it. `/graph/` was the page, which is at `/` now.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new()
        .route("/stats/", get(labels))
        .route("/stats/{*prefix}", get(stats))
        .route("/files/", get(all_files))
        .route("/files/{*glob}", get(some_files))
        .route("/stats", get(async |uri: Uri| redirect("stats/", &uri)))
        .route("/files", get(async |uri: Uri| redirect("files/", &uri)))
        .route("/graph", get(async |uri: Uri| redirect("./", &uri)))
        .route("/graph/", get(async |uri: Uri| redirect("../", &uri)))
}

/// Leads to a relative address: behind a proxy, all of this may be under a path.
fn redirect(to: &str, uri: &Uri) -> Redirect {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::permanent(&format!("{to}{query}"))
}

#[derive(Serialize)]
struct Labels {
    stats: BTreeSet<String>,
}

/// Every label, sorted.
async fn labels(State(poller): State<Arc<Poller>>) -> Result<Response, Problem> {
    poller
        .answer(|snapshot| {
            let stats = snapshot.files.iter().flat_map(|seen| seen.file.stats());
            let stats = stats.map(|stat| stat.label().into_owned()).collect();
            Ok(answer(&Labels { stats }))
        })
        .await
}

#[derive(Serialize)]
struct Files<'a> {
    files: Vec<Cow<'a, str>>,
}

async fn all_files(State(poller): State<Arc<Poller>>) -> Result<Response, Problem> {
    poller.answer(|snapshot| files(snapshot, "")).await
}

async fn some_files(
    Rest(glob): Rest,
    State(poller): State<Arc<Poller>>,
) -> Result<Response, Problem> {
    poller.answer(move |snapshot| files(snapshot, &glob)).await
}

/// The paths of files that have a stat, sorted.
fn files(snapshot: &Snapshot, glob: &str) -> Result<Response, Problem> {
    let files = snapshot.matching(glob)?.filter(|seen| seen.file.stats().len() > 0);
    let paths = files.map(|seen| seen.file.path().to_string_lossy());
    Ok(answer(&Files { files: paths.collect() }))
}

/// A label's values in all files, in the files' order, or what they are together.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Values(Vec<Exact<'a>>),
    Together(Together<'a>),
}

/// The stats whose labels begin with `prefix`; with `exact`, whatever its value, the stat of that
/// label alone.
async fn stats(
    Rest(prefix): Rest,
    parameters: Parameters,
    State(poller): State<Arc<Poller>>,
) -> Result<Response, Problem> {
    poller.answer(move |snapshot| stats_of(snapshot, &prefix, &parameters)).await
}

fn stats_of(
    snapshot: &Snapshot,
    prefix: &str,
    parameters: &Parameters,
) -> Result<Response, Problem> {
    let exact = parameters.given("exact").is_some();
    let mut values: BTreeMap<String, Vec<Value<'_>>> = BTreeMap::new();
    for stat in snapshot.matching(parameters.first("glob"))?.flat_map(|seen| seen.file.stats()) {
        let label = stat.label();
        if label == prefix || !exact && label.starts_with(prefix) {
            values.entry(label.into_owned()).or_default().push(stat.value());
        }
    }
    let name = parameters.first("aggr");
    let aggregation = Aggregation::of_name(name);
    let of_label = |(label, values): (String, Vec<_>)| {
        let answer = match aggregation {
            None => Answer::Values(values.into_iter().map(Exact).collect()),
            Some(aggregation) => {
                let together = aggregation.apply(&values).map_err(|reason| {
                    Problem::bad_request(format!("aggr={name}: {label:?} {reason}"))
                })?;
                Answer::Together(together)
            }
        };
        Ok((label, answer))
    };
    let answers: Result<BTreeMap<_, _>, Problem> = values.into_iter().map(of_label).collect();
    Ok(answer(&answers?))
}
