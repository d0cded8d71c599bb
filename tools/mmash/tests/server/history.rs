//! `/api/v1/history`: what was before somebody asked.

use std::time::{Duration, Instant};

use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, Timer};
use mmstats_testing::command::dead_pid;
use mmstats_testing::document::assert_valid;
use mmstats_testing::http::percent_encoded;
use mmstats_testing::original::{content, field};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::reason;
use crate::openapi::document;
use crate::stream::{Client, served};

/// The time limit of every wait.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The history for a query, once it meets a condition.
#[track_caller]
fn history_until(server: &Server, query: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let begin = Instant::now();
    loop {
        let answer = server.get(&format!("/api/v1/history?{query}")).json();
        if holds(&answer) {
            return answer;
        }
        assert!(begin.elapsed() < TIMEOUT, "never: {answer}");
    }
}

/// The numbers of one series of the first stat.
fn numbers(answer: &Value, series: &str) -> Vec<Option<f64>> {
    let numbers = answer["stats"][0]["series"][series].as_array();
    numbers.into_iter().flatten().map(Value::as_f64).collect()
}

fn times(answer: &Value) -> Vec<f64> {
    answer["times"].as_array().unwrap().iter().map(|time| time.as_f64().unwrap()).collect()
}

/// A program with a gauge, which exists as long as the result is held. No poll finds it without the
/// gauge, or with another value.
fn depth(server: &Server, directory: &TempDir, value: i64) -> Published<()> {
    let mut program = None;
    server.while_stopped(|| {
        let stats = Options::dynamic("queue").path(directory.path()).create().unwrap();
        stats.add::<Gauge<i64>>(Gauge::named("queue.depth").unit("jobs")).unwrap().set(value);
        program = Some(stats);
    });
    program.unwrap()
}

#[test]
fn the_history_has_every_point_that_the_stream_had() {
    let directory = TempDir::new().unwrap();
    let stats = Options::dynamic("web").path(directory.path()).create().unwrap();
    let hits: Counter = stats.add(Counter::named("web.hits").unit("requests")).unwrap();
    let render: Timer = stats.add(Timer::named("web.render")).unwrap();
    let sizes: Histogram = stats.add(Histogram::named("web.sizes")).unwrap();
    let server = served(&directory);
    let mut client = Client::of(&server);
    let mut expected = Vec::new();
    for poll in 1..=20 {
        hits.add(poll);
        render.record(Duration::from_millis(poll));
        sizes.record(poll);
        let step = client.take().1;
        let values = client.values();
        let time = step["time"].as_f64().unwrap();
        expected.push((time, step["interval"].as_f64().unwrap(), values));
    }
    let last = expected.last().unwrap().0;
    let query = format!("label=web.hits&from={}", expected[0].0);
    let answer = history_until(&server, &query, |answer| {
        times(answer).last().is_some_and(|time| *time >= last)
    });
    let (times, values) = (times(&answer), numbers(&answer, "value"));
    let known: Vec<_> = times.into_iter().zip(values).collect();
    let mut before: Option<f64> = None;
    let rates = numbers(&answer, "rate");
    for (time, interval, values) in expected {
        let value = values["web.hits"]["value"].as_f64().unwrap();
        let at = known.iter().position(|point| *point == (time, Some(value)));
        let at = at.unwrap_or_else(|| panic!("{time} {value} in {answer}"));
        if let Some(before) = before.replace(value) {
            let rate = (value - before) / interval;
            assert!((rates[at].unwrap() / rate.max(1e-9) - 1.0).abs() < 1e-6 || rate == 0.0);
        }
    }
    let sum = |series: &str, label: &str| {
        let answer = server.get(&format!("/api/v1/history?label={label}")).json();
        numbers(&answer, series).into_iter().flatten().fold(0.0, f64::max)
    };
    // What is new was a single value at most polls.
    assert!(sum("mean", "web.render") <= 0.021 && sum("mean", "web.render") > 0.0);
    assert!(sum("p50", "web.sizes") >= 1.0 && sum("max", "web.sizes") >= sum("p50", "web.sizes"));
}

#[test]
fn a_program_that_restarts_leaves_a_gap_and_marks() {
    let directory = TempDir::new().unwrap();
    let server = served(&directory);
    let query = "label=queue.depth";
    let whats = |answer: &Value| {
        let marks = answer["marks"].as_array().unwrap().iter();
        marks.map(|mark| mark["what"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    history_until(&server, "", |answer| !times(answer).is_empty());
    let program = depth(&server, &directory, 3);
    history_until(&server, query, |answer| numbers(answer, "value").contains(&Some(3.0)));
    drop(program);
    history_until(&server, query, |answer| numbers(answer, "value").ends_with(&[None, None]));
    let _program = depth(&server, &directory, 5);
    let answer =
        history_until(&server, query, |answer| numbers(answer, "value").ends_with(&[Some(5.0)]));
    let mut values = numbers(&answer, "value");
    values.dedup();
    let first = values.iter().position(Option::is_some).unwrap();
    assert_eq!(values[first..], [Some(3.0), None, Some(5.0)], "{answer}");
    assert_eq!(whats(&answer), "started ended started");
    let mark = &answer["marks"][0];
    assert_eq!(mark["pid"], std::process::id());
    assert_eq!(answer["stats"][0]["unit"], "jobs");

    // A program that dies leaves its file; another program's stats have no marks of it.
    let dead = field("sys.pid", "I", 0xff, &dead_pid().to_ne_bytes());
    let other = field("other", "q", 0xff, &[1; 8]);
    let content = content(&[dead, other]);
    server.while_stopped(|| drop(write(directory.path(), "mmstats-dead", &content)));
    let answer = history_until(&server, "label=other", |answer| whats(answer) == "died");
    assert_eq!(answer["marks"][0]["command"], Value::Null);
    assert_eq!(
        whats(&server.get(&format!("/api/v1/history?{query}")).json()),
        "started ended started"
    );
    assert_eq!(whats(&server.get("/api/v1/history").json()), "started ended started died");
}

#[test]
fn series_of_a_name_are_added_up_and_a_range_and_a_step_are_kept_to() {
    let directory = TempDir::new().unwrap();
    let stats = Options::dynamic("shop").path(directory.path()).create().unwrap();
    for (status, count) in [("200", 3), ("500", 4)] {
        let label = format!("orders{{status=\"{status}\"}}");
        stats.add::<Counter>(Counter::named(label)).unwrap().add(count);
    }
    let server = served(&directory);
    let label = percent_encoded("orders{status=\"200\"}");
    let query = format!("name=orders&label={label}&label=none");
    let answer = history_until(&server, &query, |answer| times(answer).len() > 20);
    let schema = json!({"$ref": "#/components/schemas/History"});
    assert_valid(&document(&server).validator(&schema), &answer, "history");
    let stats = answer["stats"].as_array().unwrap();
    assert_eq!(stats.len(), 2, "none has no history");
    assert_eq!(
        (&stats[0]["series"]["value"][9], &stats[1]["series"]["value"][9]),
        (&json!(3.0), &json!(7.0))
    );
    assert_eq!(
        (&stats[0]["label"], &stats[1]["name"]),
        (&json!("orders{status=\"200\"}"), &json!("orders"))
    );
    assert_eq!(stats[1]["kind"], "counter");

    let all = times(&answer);
    let range = format!("{query}&from={}&to={}", all[5], all[9]);
    assert_eq!(times(&server.get(&format!("/api/v1/history?{range}")).json()), all[5..9]);
    let coarse = server.get(&format!("/api/v1/history?{query}&step=100000")).json();
    assert!(times(&coarse).len() <= 2 && coarse["step"] == 100_000.0, "{coarse}");
}

#[test]
fn wrong_ranges_are_rejected_with_their_values() {
    let directory = TempDir::new().unwrap();
    let server = crate::mmash(directory.path());
    let many: Vec<_> = (0..33).map(|number| format!("label=l{number}")).collect();
    for (query, expected) in [
        ("from=x", "from=\"x\": must be a number from 0 to 253402300800"),
        ("to=-1", "to=\"-1\": must be a number from 0 to 253402300800"),
        ("step=NaN", "step=\"NaN\": must be a number from 0 to 253402300800"),
        ("from=20&to=10", "from=\"20\": after to=10"),
        (
            "from=0&to=11001&step=1",
            "step=\"1\": at most 11000 points, so at least 1.001 from 0 to 11001",
        ),
        ("from=1&from=2", "from=\"2\": given twice"),
        ("label=a&label=a", "label=\"a\": given twice"),
        (&many.join("&"), "\"l32\": at most 32 labels and names"),
    ] {
        assert_eq!(reason(&server, &format!("/api/v1/history?{query}"), 400), expected);
    }
    for query in ["from=0&to=11000&step=1", "from=10&to=10"] {
        assert_eq!(server.get(&format!("/api/v1/history?{query}")).status, 200, "{query}");
    }
}
