//! Summaries, from the engine's own histogram and percentiles.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::search::{SearchSession, by_key, by_time, by_token};
use crate::store::query::{Distribution, QueryError, Summary, SummaryQuery};
use crate::store::time_buckets::TimeBuckets;

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
struct Aggregations {
    times: Stats,
    percentiles: Percentiles,
    steps: Histogram,
}

#[derive(Deserialize)]
struct Histogram {
    buckets: Vec<Bucket>,
}

/// A non-empty bucket.
#[derive(Deserialize)]
struct Bucket {
    /// Its start, in milliseconds.
    key: f64,
    times: Stats,
    percentiles: Percentiles,
}

/// A summary of execution times.
pub fn summary(
    session: &SearchSession<'_>,
    key: &str,
    query: &SummaryQuery,
) -> Result<Summary, QueryError> {
    let buckets = TimeBuckets::of(query);
    let distribution = json!({
        "times": {"stats": {"field": "execution_time"}},
        "percentiles": {"percentiles": {
            "field": "execution_time", "percents": [50, 90, 99], "keyed": false,
        }},
    });
    let mut aggregations = distribution.clone();
    let interval = format!("{}ms", buckets.step_ms);
    aggregations["steps"] = json!({
        "date_histogram": {"field": "@timestamp", "fixed_interval": interval, "min_doc_count": 1},
        "aggs": distribution,
    });
    let SummaryQuery { from, to, token, .. } = query;
    let mut filters: Vec<_> =
        [Some(by_key(key)), by_token(token.as_ref())].into_iter().flatten().collect();
    let ever = filters.clone();
    filters.push(by_time(Some(*from), Some(*to)));
    let search = json!({"size": 0, "aggs": aggregations});
    let (_, answer) = session.search::<IgnoredAny, Aggregations>(&filters, search)?;
    let mut distributions = vec![Distribution::default(); buckets.count];
    let mut total = Distribution::default();
    match answer.filter(|answer| answer.times.count > 0) {
        None => session.check_key(key)?,
        Some(Aggregations { times, percentiles, steps: found }) => {
            total = distribution_of(times, &percentiles);
            for Bucket { key, times, percentiles } in found.buckets {
                distributions[buckets.index(key)] = distribution_of(times, &percentiles);
            }
        }
    }
    let first = json!({"size": 1, "_source": ["timestamp"], "sort": [{"timestamp": "asc"}]});
    let (earliest, _) = session.search::<First, IgnoredAny>(&ever, first)?;
    let first_seen = earliest.first().map(|first| first.timestamp);
    Ok(Summary { first_seen, ..buckets.summary(total, distributions) })
}

fn distribution_of(
    Stats { count, min, avg, max }: Stats,
    Percentiles { values }: &Percentiles,
) -> Distribution {
    let at = |percent| values.iter().find(|value| value.key == percent)?.value;
    Distribution {
        count,
        rate: 0.0,
        min,
        mean: avg,
        p50: at(50.0),
        p90: at(90.0),
        p99: at(99.0),
        max,
    }
}
