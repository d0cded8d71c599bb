//! `--sum`: one table over all files.

use std::fs;

use mmstats::{
    Aggregate, Average, Counter, Field, Gauge, Histogram, MovingAverage, Options, Published, Text,
    Timer,
};
use serde_json::json;

use crate::{json, output};

#[test]
fn a_sum_goes_over_all_files_in_the_way_that_was_declared() {
    let directory = tempfile::tempdir().unwrap();
    let writers: Vec<Published<()>> = (1..=3_u32)
        .map(|number| {
            let stats = Options::dynamic("Worker").path(directory.path()).create().unwrap();
            let done: Counter = stats.add(Counter::named("done").unit("jobs")).unwrap();
            done.add(u64::from(number));
            let peak = Gauge::<u32>::named("peak").aggregate(Aggregate::Max);
            let peak: Gauge<u32> = stats.add(peak).unwrap();
            peak.set(number * 10);
            let depth: Gauge<u32> = stats.add(Gauge::<u32>::named("depth")).unwrap();
            depth.set(number);
            let work: Timer = stats.add(Timer::named("work")).unwrap();
            (1..number).for_each(|_| work.record_secs(f64::from(number)));
            let sizes: Histogram = stats.add(Histogram::named("sizes")).unwrap();
            sizes.record(number.into());
            let name: Text = stats.add(Text::named("name").size(16)).unwrap();
            name.set(if number == 1 { "first" } else { "other" });
            stats
        })
        .collect();
    let place = directory.path().to_str().unwrap();
    let text = output(["--sum", place]);
    assert!(text.starts_with("==> sum of 3 files\n"), "{text}");
    for line in [
        "done             6 jobs  [sum of 3]",
        "peak             30  [max of 3]",
        "depth            1 to 3  [3 files]",
        "work             2.67 s  (count 3, total 8.00 s, min 2.00 s, max 3.00 s)  [sum of 3]",
        "sizes            3 values  (p50 2.0, p90 3.0, p99 3.0, max 3.0)  [sum of 3]",
        "name             different texts  [3 files]",
    ] {
        assert!(text.lines().any(|found| found == format!("  {line}")), "{line:?} in\n{text}");
    }

    let found = json(["--sum", place]);
    assert_eq!((&found["schema"], &found["file_count"]), (&json!(1), &json!(3)));
    let totals = found["totals"].as_array().unwrap();
    let total = |label: &str| totals.iter().find(|total| total["label"] == label).unwrap();
    assert_eq!(
        *total("done"),
        json!({"label": "done", "kind": "counter", "unit": "jobs", "aggregate": "sum",
            "files": 3, "value": 6})
    );
    assert_eq!((&total("depth")["least"], &total("depth")["greatest"]), (&json!(1), &json!(3)));
    assert_eq!(total("work")["components"]["count"], 3);
    assert_eq!(total("sizes")["components"]["buckets"], json!([[1, 1, 1], [2, 2, 1], [3, 3, 1]]));

    let prom = output(["--sum", "-o", "prom", place]);
    assert!(prom.contains("# TYPE done_jobs_total counter\ndone_jobs_total 6\n"), "{prom}");
    assert!(prom.contains("\npeak 30\n"), "{prom}");
    assert_eq!(prom.lines().filter(|line| line.starts_with("depth{file=")).count(), 3, "{prom}");

    let csv = output(["--sum", "-o", "csv", "-l", "d*", place]);
    assert_eq!(
        csv,
        "label,component,kind,unit,aggregate,files,value\n\
         done,,counter,jobs,sum,3,6\n\
         depth,least,gauge,,each,3,1\n\
         depth,greatest,gauge,,each,3,3\n"
    );
    drop(writers);
}

#[test]
fn the_state_of_a_dead_program_does_not_count_and_what_it_counted_does() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Options::dynamic("Worker").path(directory.path()).create().unwrap();
    let done: Counter = stats.add(Counter::named("done")).unwrap();
    let busy = Gauge::<u32>::named("busy").aggregate(Aggregate::Sum);
    let busy: Gauge<u32> = stats.add(busy).unwrap();
    let all: Average = stats.add(Average::named("all").aggregate(Aggregate::Sum)).unwrap();
    let recent: MovingAverage = stats.add(MovingAverage::named("recent")).unwrap();
    done.add(100);
    busy.set(40);
    all.add(10.0);
    recent.add(10.0);
    // A copy is mapped by nobody, as the file of a program that was killed.
    fs::copy(stats.path().unwrap(), directory.path().join("killed.mmstats")).unwrap();
    done.add(5);
    busy.set(2);
    all.add(40.0);
    recent.add(40.0);

    let place = directory.path().to_str().unwrap();
    let values = |arguments: &[&str]| {
        let found = json(arguments.iter().copied().chain(["--sum", place]));
        let totals = found["totals"].as_array().unwrap();
        let total = |label| totals.iter().find(|total| total["label"] == label).unwrap();
        ["done", "busy", "all", "recent"].map(|label| {
            let total = total(label);
            (total["value"].clone(), total["files"].clone(), total["dead"].clone())
        })
    };
    let counts = |value, files, dead| (value, json!(files), dead);
    assert_eq!(
        values(&[]),
        [
            counts(json!(205), 2, json!(null)),
            counts(json!(2), 1, json!(1)),
            counts(json!(20.0), 2, json!(null)),
            counts(json!(25.0), 1, json!(1)),
        ]
    );
    let dead = [json!(100), json!(40), json!(10.0), json!(10.0)];
    assert_eq!(values(&["--dead"]), dead.map(|value| counts(value, 1, json!(null))));
    let prom = output(["--sum", "-o", "prom", place]);
    assert!(prom.contains("\nbusy 2\n") && prom.contains("\ndone_total 205\n"), "{prom}");
}
