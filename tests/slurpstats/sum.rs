//! `--sum`: one table over all files.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

use mmstats::{
    Aggregate, Average, Counter, Field, Gauge, Histogram, Identity, MovingAverage, Options,
    Published, StatsFile, Text, Timer, Timestamp, UpDownCounter, WindowedAverage,
};
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use mmstats_testing::stats_dir::write;
use serde_json::json;

use crate::{json, output};

#[test]
fn a_sum_aggregates_all_files_as_declared() {
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
    let location = directory.path().to_str().unwrap();
    let text = output(["--sum", location]);
    assert!(text.starts_with("==> sum of 3 files of 1 writer\n"), "{text}");
    for line in [
        "done             6 jobs  [sum of 3]",
        "peak             30  [max of 3]",
        "depth            1 to 3  [3 files]",
        "work             2.67 s  (count 3, total 8.00 s, min 2.00 s, max 3.00 s)  [sum of 3]",
        "sizes            3 values  (p50 2, p90 3, p99 3, max 3)  [sum of 3]",
        "name             different texts  [3 files]",
    ] {
        assert!(text.lines().any(|found| found == format!("  {line}")), "{line:?} in\n{text}");
    }

    let found = json(["--sum", location]);
    assert_eq!((&found["schema"], &found["file_count"]), (&json!(1), &json!(3)));
    let totals = found["totals"].as_array().unwrap();
    let total = |label: &str| totals.iter().find(|total| total["label"] == label).unwrap();
    assert_eq!(
        *total("done"),
        json!({"label": "done", "name": "done", "labels": {}, "kind": "counter",
            "unit": "jobs", "aggregate": "sum", "files": 3, "value": 6})
    );
    assert_eq!((&total("depth")["least"], &total("depth")["greatest"]), (&json!(1), &json!(3)));
    assert_eq!(total("work")["components"]["count"], 3);
    assert_eq!(total("sizes")["components"]["buckets"], json!([[1, 1, 1], [2, 2, 1], [3, 3, 1]]));

    let prom = output(["--sum", "-o", "prom", location]);
    assert!(prom.contains("# TYPE done_jobs_total counter\ndone_jobs_total 6\n"), "{prom}");
    assert!(prom.contains("\npeak 30\n"), "{prom}");
    assert_eq!(prom.lines().filter(|line| line.starts_with("depth{file=")).count(), 3, "{prom}");

    let csv = output(["--sum", "-o", "csv", "-l", "d*", location]);
    assert_eq!(
        csv,
        "label,component,kind,unit,aggregate,files,value,dead,invalid\n\
         done,,counter,jobs,sum,3,6,0,0\n\
         depth,least,gauge,,each,3,1,0,0\n\
         depth,greatest,gauge,,each,3,3,0,0\n"
    );
    drop(writers);
}

#[test]
fn a_dead_program_s_counts_are_included_and_its_state_is_not() {
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
    // A copy is mapped by nobody, like the file of a killed program.
    fs::copy(stats.path().unwrap(), directory.path().join("killed.mmstats")).unwrap();
    done.add(5);
    busy.set(2);
    all.add(40.0);
    recent.add(40.0);

    let location = directory.path().to_str().unwrap();
    let values = |arguments: &[&str]| {
        let found = json(arguments.iter().copied().chain(["--sum", location]));
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
    let prom = output(["--sum", "-o", "prom", location]);
    assert!(prom.contains("\nbusy 2\n") && prom.contains("\ndone_total 205\n"), "{prom}");
    let text = output(["--sum", location]);
    assert!(text.contains(" 2  [sum of 1; 1 dead left out]\n"), "{text}");
    let csv = output(["--sum", "-o", "csv", "-l", "busy", location]);
    assert!(csv.contains("busy,,gauge,,sum,1,2,1,0\n"), "{csv}");
}

/// Requests that one thread accepts and another answers, and what a killed program left.
#[test]
fn an_up_down_counter_is_the_wrapping_sum_over_living_programs() {
    let directory = tempfile::tempdir().unwrap();
    let parts = [i64::MAX, 3, -5].map(|part| {
        publish(directory.path(), |stats| {
            let waiting = UpDownCounter::named("waiting").unit("jobs");
            let waiting: UpDownCounter = stats.add(waiting).unwrap();
            waiting.add(part);
        })
    });
    // A copy is mapped by nobody, as the file of a program that was killed.
    let killed = directory.path().join("killed.mmstats");
    fs::copy(parts[1].path().unwrap(), killed).unwrap();

    let location = directory.path().to_str().unwrap();
    let total = |arguments: &[&str]| {
        let found = json(arguments.iter().copied().chain(["--sum", "-l", "waiting", location]));
        found["totals"][0].clone()
    };
    let expected = json!({"label": "waiting", "name": "waiting", "labels": {},
        "kind": "up-down-counter", "unit": "jobs", "aggregate": "sum", "files": 3,
        "dead": 1, "dead_files": 1, "value": i64::MAX - 2});
    assert_eq!(total(&[]), expected);
    let dead = total(&["--dead"]);
    assert_eq!((&dead["value"], &dead["files"]), (&json!(3), &json!(1)), "on request");

    let text = output(["--sum", "-l", "waiting", location]);
    let line = "  waiting 9,223,372,036,854,775,805 jobs  [sum of 3; 1 dead left out]";
    assert!(text.lines().any(|found| found == line), "{text}");
    let csv = output(["--sum", "-o", "csv", "-l", "waiting", location]);
    let line = "waiting,,up-down-counter,jobs,sum,3,9223372036854775805,1,0";
    assert!(csv.lines().any(|found| found == line), "{csv}");
    let prom = output(["--sum", "-o", "prom", "-l", "waiting", location]);
    assert!(
        prom.contains("# TYPE waiting_jobs gauge\nwaiting_jobs 9223372036854775805\n"),
        "{prom}"
    );
    let each = output(["-l", "waiting", location]);
    let (_, killed) = each.split_once("killed.mmstats  [dead: ").expect("marked");
    assert_eq!(killed.lines().nth(1), Some("  waiting 3 jobs"), "{each}");

    // Beyond the range and back.
    drop(parts);
    let _parts = [i64::MAX, i64::MAX, 12].map(|part| {
        publish(directory.path(), |stats| {
            let waiting: UpDownCounter = stats.add(UpDownCounter::named("waiting")).unwrap();
            waiting.add(part);
        })
    });
    assert_eq!(total(&[])["value"], json!(10));
}

/// A program that publishes each of these values as its only stat.
fn publish(location: &Path, add: impl Fn(&Published<()>)) -> Published<()> {
    let stats = Options::dynamic("Worker").path(location).create().unwrap();
    add(&stats);
    stats
}

#[test]
fn a_mean_is_of_all_values_and_not_of_the_means() {
    let directory = tempfile::tempdir().unwrap();
    let location = directory.path();
    let _writers = [(1000, 1.0), (1, 1001.0)].map(|(times, value)| {
        publish(location, |stats| {
            let each: Average = stats.add(Average::named("each")).unwrap();
            let sum: Average = stats.add(Average::named("sum").aggregate(Aggregate::Sum)).unwrap();
            let recent: MovingAverage = stats.add(MovingAverage::named("recent")).unwrap();
            let span: WindowedAverage = stats.add(WindowedAverage::named("span")).unwrap();
            let largest = Average::named("largest").aggregate(Aggregate::Max);
            let largest: Average = stats.add(largest).unwrap();
            let timer: Timer = stats.add(Timer::named("timer")).unwrap();
            for _ in 0..times {
                for average in [&each, &sum, &largest] {
                    average.add(value);
                }
                recent.add(value);
                span.add(value);
                timer.record_secs(value);
            }
        })
    });
    // An empty average has no weight, even in a minimum.
    let _idle = publish(location, |stats| drop(stats.add(Average::named("each")).unwrap()));

    let found = json(["--sum", location.to_str().unwrap()]);
    let totals = found["totals"].as_array().unwrap();
    let total = |label: &str| totals.iter().find(|total| total["label"] == label).unwrap();
    let mean = 2001.0 / 1001.0;
    for (label, expected) in [
        ("each", mean),
        ("sum", mean),
        ("span", mean),
        ("timer", mean),
        // The last hundred values of one and the only one of the other.
        ("recent", 1101.0 / 101.0),
        ("largest", 1001.0),
    ] {
        assert_eq!(total(label)["value"], expected, "{label}");
    }
    let each = total("each");
    assert_eq!((&each["least"], &each["greatest"]), (&json!(1.0), &json!(1001.0)));
    assert_eq!(each["components"], json!({"total": 2001.0, "count": 1001}));
    let prom = output(["--sum", "-o", "prom", location.to_str().unwrap()]);
    assert!(prom.contains("\neach 1.999000999000999\n"), "{prom}");
    let text = output(["--sum", "-l", "each", location.to_str().unwrap()]);
    let expected =
        "each 1.999  (total 2,001.0, count 1,001, least 1.0, greatest 1,001.0)  [3 files]";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_nan_spoils_no_other_value() {
    let directory = tempfile::tempdir().unwrap();
    let location = directory.path();
    let _writers = [f64::NAN, 1.5, f64::NAN].map(|value| {
        publish(location, |stats| {
            let each: Gauge<f64> = stats.add(Gauge::<f64>::named("each")).unwrap();
            let sum = Gauge::<f64>::named("sum").aggregate(Aggregate::Sum);
            let sum: Gauge<f64> = stats.add(sum).unwrap();
            each.set(value);
            sum.set(value);
            let odd: Gauge<f64> = stats.add(Gauge::<f64>::named("odd")).unwrap();
            odd.set(f64::NAN);
        })
    });
    // A timer and an average spoiled by an older writer.
    let good = publish(location, |stats| {
        let timer: Timer = stats.add(Timer::named("timer")).unwrap();
        timer.record_secs(2.0);
        let average: Average = stats.add(Average::named("average")).unwrap();
        average.add(2.0);
    });
    let spoiled = location.join("spoiled.mmstats");
    fs::copy(good.path().unwrap(), &spoiled).unwrap();
    for label in ["timer", "average"] {
        store(&spoiled, label, "total", f64::NAN);
    }
    let text = output(["--sum", location.to_str().unwrap()]);
    for line in [
        "each             1.5  [1 file; 2 invalid left out]",
        "sum              1.5  [sum of 1; 2 invalid left out]",
        "odd              NaN  [0 files; 3 invalid left out]",
        "timer            2.00 s  (count 1, total 2.00 s, min 2.00 s, max 2.00 s)  \
         [sum of 1; 1 invalid left out]",
        "average          2.0  (total 2.0, count 1)  [1 file; 1 invalid left out]",
    ] {
        assert!(text.lines().any(|found| found == format!("  {line}")), "{line:?} in\n{text}");
    }
    let found = json(["--sum", "-l", "sum", location.to_str().unwrap()]);
    let sum = &found["totals"][0];
    assert_eq!(
        (&sum["value"], &sum["files"], &sum["invalid"]),
        (&json!(1.5), &json!(1), &json!(2))
    );
}

/// Changes a component of a stat where readers read it.
fn store(path: &Path, label: &str, component: &str, value: f64) {
    let file = StatsFile::read(path).unwrap();
    let stat = file.get(label).unwrap();
    let layout = stat.field_layout();
    let index = stat.components().position(|(name, _)| name == component).unwrap();
    let offset = layout.buffers[usize::from(layout.write_buffer ^ 1)].0 + index * size_of::<f64>();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&value.to_ne_bytes(), offset as u64).unwrap();
}

#[test]
fn an_unset_timestamp_has_no_value() {
    let directory = tempfile::tempdir().unwrap();
    let location = directory.path();
    let _writers = [0.0, 1e9].map(|time| {
        publish(location, |stats| {
            for (label, how) in [("each", Aggregate::Each), ("first", Aggregate::Min)] {
                let hit: Timestamp = stats.add(Timestamp::named(label).aggregate(how)).unwrap();
                if time > 0.0 {
                    hit.set(time);
                }
            }
            drop(stats.add(Timestamp::named("never")).unwrap());
        })
    });
    let found = json(["--sum", location.to_str().unwrap()]);
    let totals = found["totals"].as_array().unwrap();
    let value =
        |label: &str| &totals.iter().find(|total| total["label"] == label).unwrap()["value"];
    assert_eq!(
        [value("each"), value("first"), value("never")],
        [&json!(1e9), &json!(1e9), &json!(null)]
    );
    let text = output(["--sum", "-l", "never", location.to_str().unwrap()]);
    assert!(text.contains("never never  [2 files]"), "{text}");
}

/// mmash publishes its telemetry, and every program its ids.
#[test]
fn tools_and_processes_come_last() {
    let directory = tempfile::tempdir().unwrap();
    for (command, label) in [("mmash", "mmash.looks"), ("webapp", "web.hits")] {
        let writer = writer_like(&Identity::default(), |it| {
            it.command = command.into();
        });
        let fields = ["sys.uid", label].map(|label| Foreign::new(label, 1, "Q", &[1]));
        write(directory.path(), format!("{command}.mmstats"), &foreign(&writer, &fields));
    }
    let csv = output(["--sum", "-o", "csv", directory.path().to_str().unwrap()]);
    let labels: Vec<_> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(labels, ["web.hits", "mmash.looks", "sys.uid"]);
}
