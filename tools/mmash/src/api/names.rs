//! `/api/v1/names/NAME`: all series of a name, added up.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats_tools::common::records::TotalRecord;
use mmstats_totals::totals::Totals;
use mmstats_web::{Parameters, PathTail, Problem, json_response};
use serde::Serialize;

use super::by_process::{ProcessRecord, processes_of};
use super::selector::Selector;
use crate::polling::Snapshot;
use crate::state::AppState;

#[derive(Serialize)]
struct NameRecord<'a> {
    /// When the files were read, as Unix time in seconds.
    time: f64,
    stat: TotalRecord<'a>,
    /// How many series are added up.
    series: usize,
    /// The values of each process, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    processes: Option<Vec<ProcessRecord<'a>>>,
}

/// `/api/v1/names/NAME`: all series of a name, added up over all files.
pub async fn name(
    PathTail(name): PathTail,
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    let wanted = parameters.allow_only(&["glob", "by"])?;
    state.respond(move |snapshot| name_of(snapshot, &name, &wanted)).await
}

fn name_of(snapshot: &Snapshot, name: &str, wanted: &Parameters) -> Result<Response, Problem> {
    let selector = Selector::Name(name.to_owned());
    let mut totals = Totals::default();
    for entry in snapshot.matching(wanted.get_or_empty("glob"))? {
        let stats = entry.file().stats().filter(|stat| selector.matches(stat));
        let mut sum = totals.file(entry.file(), entry.life().verdict, snapshot.time);
        stats.for_each(|stat| sum.add(&stat));
    }
    let Some((total, series)) = selector.sum(&totals) else {
        return Err(Problem::not_found(format!("no file has a series of the name {name:?}")));
    };
    let processes = processes_of(snapshot, &selector, wanted)?;
    let stat = TotalRecord { total: &total, help_texts: true };
    Ok(json_response(&NameRecord { time: snapshot.time, stat, series, processes }))
}
