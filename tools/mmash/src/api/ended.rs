//! `/api/v1/history/ended`: stats that only the recording has.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats::{HistogramSnapshot, Kind, Series};
use mmstats_tools::common::records::Dimensions;
use mmstats_totals::total::Total;
use mmstats_totals::totals::Totals;
use mmstats_web::{Parameters, Problem, json_response};
use serde::Serialize;

use crate::recording::KnownStats;
use crate::state::AppState;

/// A stat that no file has any more.
#[derive(Serialize)]
struct EndedRecord<'a> {
    label: &'a str,
    name: &'a str,
    labels: Dimensions<'a>,
    kind: Option<&'static str>,
    unit: &'a str,
    help: &'a str,
    about: &'static str,
    aggregate: &'static str,
    /// The largest value that has a bucket, if it is a histogram.
    #[serde(skip_serializing_if = "Option::is_none")]
    range_end: Option<u64>,
    /// When a poll found it last, as Unix time in seconds.
    last: f64,
}

#[derive(Serialize)]
struct EndedRecords<'a> {
    stats: Vec<EndedRecord<'a>>,
}

pub async fn ended(
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    parameters.allow_only(&[])?;
    let respond = |known: &KnownStats, present: &Totals| {
        let present: HashSet<&str> = present.iter().map(|total| &*total.label).collect();
        let ended = known.iter().filter(|(total, _)| !present.contains(&*total.label));
        let ended: Vec<_> = ended.map(|(total, last)| (total, total.series(), last)).collect();
        let records = ended.iter().map(|(total, series, last)| record(total, series, *last));
        json_response(&EndedRecords { stats: records.collect() })
    };
    state.ended(respond).await
}

fn record<'a>(total: &'a Total, series: &'a Series<'a>, last: f64) -> EndedRecord<'a> {
    EndedRecord {
        label: &total.label,
        name: series.name(),
        labels: Dimensions(series),
        kind: total.kind.map(Kind::name),
        unit: &total.unit,
        help: &total.help,
        about: total.subject.name(),
        aggregate: total.aggregate.name(),
        range_end: total.histogram().map(HistogramSnapshot::range_end),
        last,
    }
}
