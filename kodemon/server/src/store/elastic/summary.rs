//! How execution times were spread, by the engine's own histogram and percentiles.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::question::{Question, of_key, of_time, of_token};
use crate::store::steps::Steps;
use crate::store::{QueryError, Spread, Summary, SummaryQuery};

#[derive(Deserialize)]
struct Stats {
    count: u64,
    min: Option<f64>,
    avg: Option<f64>,
    max: Option<f64>,
}

#[derive(Deserialize)]
struct Percentiles {
    values: Vec<Percentile>,
}

#[derive(Deserialize)]
struct Percentile {
    key: f64,
    value: Option<f64>,
}

/// The earliest execution.
#[derive(Deserialize)]
struct First {
    timestamp: f64,
}

#[derive(Deserialize)]
struct Answer {
    times: Stats,
    percentiles: Percentiles,
    steps: Histogram,
}

#[derive(Deserialize)]
struct Histogram {
    buckets: Vec<Step>,
}

/// A step in which there are executions.
#[derive(Deserialize)]
struct Step {
    /// When it begins, in milliseconds.
    key: f64,
    times: Stats,
    percentiles: Percentiles,
}

/// How execution times were spread.
pub fn summary(
    question: &Question<'_>,
    key: &str,
    query: &SummaryQuery,
) -> Result<Summary, QueryError> {
    let steps = Steps::of(query);
    let spread = json!({
        "times": {"stats": {"field": "execution_time"}},
        "percentiles": {"percentiles": {
            "field": "execution_time", "percents": [50, 90, 99], "keyed": false,
        }},
    });
    let mut aggregations = spread.clone();
    let interval = format!("{}ms", steps.milliseconds);
    aggregations["steps"] = json!({
        "date_histogram": {"field": "@timestamp", "fixed_interval": interval, "min_doc_count": 1},
        "aggs": spread,
    });
    let SummaryQuery { from, to, token, .. } = query;
    let mut filters: Vec<_> =
        [Some(of_key(key)), of_token(token.as_ref())].into_iter().flatten().collect();
    let ever = filters.clone();
    filters.push(of_time(Some(*from), Some(*to)));
    let search = json!({"size": 0, "aggs": aggregations});
    let (_, answer) = question.search::<IgnoredAny, Answer>(&filters, search)?;
    let mut spreads = vec![Spread::default(); steps.count];
    let mut total = Spread::default();
    match answer.filter(|answer| answer.times.count > 0) {
        None => question.knows(key)?,
        Some(Answer { times, percentiles, steps: found }) => {
            total = spread_of(times, &percentiles);
            for Step { key, times, percentiles } in found.buckets {
                spreads[steps.at(key)] = spread_of(times, &percentiles);
            }
        }
    }
    let first = json!({"size": 1, "_source": ["timestamp"], "sort": [{"timestamp": "asc"}]});
    let (earliest, _) = question.search::<First, IgnoredAny>(&ever, first)?;
    let first_seen = earliest.first().map(|first| first.timestamp);
    Ok(Summary { first_seen, ..steps.summary(total, spreads) })
}

fn spread_of(
    Stats { count, min, avg, max }: Stats,
    Percentiles { values }: &Percentiles,
) -> Spread {
    let at = |percent| values.iter().find(|value| value.key == percent)?.value;
    Spread { count, rate: 0.0, min, mean: avg, p50: at(50.0), p90: at(90.0), p99: at(99.0), max }
}
