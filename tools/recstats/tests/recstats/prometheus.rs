//! Exports as Prometheus' own programs take them, if they are installed.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats_testing::command::run;
use mmstats_testing::prometheus::Prometheus;
use mmstats_testing::required::is_installed;
use tempfile::TempDir;

use crate::made::{Making, SECOND};
use crate::{recstats, run_on};

/// How many jobs are done in a second: more in every other one, and more and more.
fn jobs(second: u64) -> u64 {
    (100 + second) * (1 + second % 2 * 2)
}

#[test]
fn prometheus_has_the_rates_that_pollstats_shows() {
    if !is_installed("promtool") || !is_installed("prometheus") {
        return;
    }
    // A month ago, at a whole number of seconds.
    let month = Duration::from_hours(31 * 24);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let begin = now.saturating_sub(month).as_secs();
    let mut making = Making::begin(UNIX_EPOCH + Duration::from_secs(begin));
    for second in 0..200 {
        making.poll();
        making.stats.done.add(jobs(second));
        making.stats.job.record(SECOND / 10);
        making.stats.sizes.record(second);
    }
    making.finish();

    let blocks = TempDir::new().unwrap();
    let text = blocks.path().join("export.om");
    let arguments = ["-o", "openmetrics", "--file", text.to_str().unwrap()];
    assert_eq!(run_on("export", &making.path(), &arguments).code, Some(0));
    let mut promtool = Command::new("promtool");
    promtool.args(["tsdb", "create-blocks-from", "openmetrics"]);
    let made = run(promtool.arg(&text).arg(blocks.path().join("data")));
    assert_eq!(made.code, Some(0), "{made:?}");
    let prometheus = Prometheus::of_blocks(blocks);

    // What pollstats showed of a minute, a row a second.
    let (from, to) = (format!("@{}", begin + 99), format!("@{}", begin + 160));
    let mut pollstats = recstats(&["pollstats", "--speed", "0", "-o", "csv", "--replay"]);
    let shown = run(pollstats.arg(making.path()).args(["--from", &from, "--to", &to, "made.done"]));
    let rows: Vec<f64> = shown
        .stdout
        .lines()
        .skip(1)
        .map(|row| row.rsplit(',').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(rows.len(), 60, "{shown:?}");
    let mean = rows.iter().sum::<f64>() / rows.len() as f64;

    let end = Some((begin + 159) as f64);
    let rate = prometheus.number("rate(made_done_jobs_total[61s])", end).unwrap();
    assert!((rate / mean - 1.0).abs() < 0.02, "Prometheus: {rate}, pollstats: {mean}");
    let count = |query: &str| prometheus.number(query, end);
    assert_eq!(count("made_job_seconds_count"), Some(159.0));
    assert_eq!(count("made_sizes_bytes_bucket{le='+Inf'}"), Some(159.0));
    assert_eq!(count("resets(made_done_jobs_total[10m])"), Some(0.0));
}
