//! `--history FILE`: what was before the start is answered from the file.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, UNIX_EPOCH};

use mmstats::{Counter, Field, Gauge, Histogram, Increase, Options, Published, Timer, Watch};
use mmstats_recording::{Boot, HistoryQuery, Recorder, Recording, Settings};
use mmstats_testing::TIMEOUT;
use mmstats_testing::document::assert_valid;
use mmstats_testing::server::Server;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::reason;
use crate::command;
use crate::openapi::document;

const SECOND: Duration = Duration::from_secs(1);
/// When recordings begin.
const BEGIN: u64 = 1_750_000_000;

/// A recording by clocks that the test moves.
struct Making {
    directory: TempDir,
    watch: Watch,
    recorder: Recorder,
    passed: Duration,
}

/// A program with a stat of each kind that has columns of its own.
struct Program {
    _stats: Published<()>,
    done: Counter,
    depth: Gauge<i64>,
    render: Timer,
    sizes: Histogram,
}

impl Making {
    fn begin() -> Self {
        let directory = TempDir::new().unwrap();
        let files = directory.path().join("stats");
        fs::create_dir(&files).unwrap();
        let recorder = Recorder::new(directory.path().join("recording"), &Settings::new(SECOND));
        let (watch, passed) = (Watch::new([files]), Duration::ZERO);
        Self { directory, watch, recorder: recorder.unwrap(), passed }
    }

    fn program(&self, name: &str) -> Program {
        let options = Options::dynamic("jobs").path(self.directory.path().join("stats"));
        let stats = options.filename(format!("{name}.mmstats")).create().unwrap();
        Program {
            done: stats.add(Counter::named("jobs.done").unit("jobs")).unwrap(),
            depth: stats.add(Gauge::named("jobs.depth")).unwrap(),
            render: stats.add(Timer::named("jobs.time")).unwrap(),
            sizes: stats.add(Histogram::named("jobs.sizes")).unwrap(),
            _stats: stats,
        }
    }

    /// Records a poll each second.
    fn polls(&mut self, count: u64, mut before: impl FnMut(u64)) {
        for poll in 0..count {
            before(poll);
            let wall = UNIX_EPOCH + Duration::from_secs(BEGIN) + self.passed;
            let boot = Boot { id: [7; 16], time: SECOND + self.passed };
            let update = self.watch.poll_at(self.passed, wall);
            self.recorder.record_at(&update, boot).unwrap();
            self.passed += SECOND;
        }
    }

    /// Ends it. No program is left.
    fn finish(self) -> Made {
        self.recorder.finish().unwrap();
        fs::remove_dir_all(self.directory.path().join("stats")).unwrap();
        fs::create_dir(self.directory.path().join("stats")).unwrap();
        Made { directory: self.directory }
    }
}

/// A recording, and a directory without stats files.
struct Made {
    directory: TempDir,
}

impl Made {
    fn path(&self) -> PathBuf {
        self.directory.path().join("recording")
    }

    /// mmash on it, which removes nothing of it.
    fn serve(&self) -> Server {
        let mut command = command(&self.directory.path().join("stats"));
        command.args(["--keep", "20000d", "--fine", "20000d", "--history"]).arg(self.path());
        Server::start(&mut command)
    }
}

#[test]
fn stats_that_only_the_recording_has_are_listed() {
    let made = two_programs(20);
    let server = made.serve();
    let ended = || server.get("/api/v1/history/ended").json();
    let answer = ended();
    let schema = json!({"$ref": "#/components/schemas/Ended"});
    assert_valid(&document(&server).validator(&schema), &answer, "ended");
    let found =
        answer["stats"].as_array().unwrap().iter().find(|stat| stat["label"] == "jobs.done");
    let expected = json!({
        "label": "jobs.done", "name": "jobs.done", "labels": {}, "kind": "counter", "unit": "jobs",
        "help": "", "about": "work", "aggregate": "sum", "last": BEGIN as f64 + 19.0,
    });
    assert_eq!(found, Some(&expected));
    // One that a file has again isn't among them.
    let stats = Options::dynamic("jobs").path(made.directory.path().join("stats"));
    let stats = stats.create().unwrap();
    let _done: Counter = stats.add(Counter::named("jobs.done")).unwrap();
    let begun = Instant::now();
    while ended()["stats"].as_array().unwrap().iter().any(|stat| stat["label"] == "jobs.done") {
        assert!(begun.elapsed() < TIMEOUT, "it is still listed");
    }
    assert!(!ended()["stats"].as_array().unwrap().is_empty());
}

#[test]
fn a_name_a_missing_label_and_too_many_points() {
    let made = two_programs(20);
    let server = made.serve();
    let url = |query: &str| format!("/api/v1/history?{query}");
    let limited = reason(&server, &url(&format!("from={BEGIN}&step=0.001")), 400);
    assert!(limited.starts_with("step=\"0.001\": at most 11000 points"), "{limited}");
    let answer =
        history(&server, &format!("label=none&name=jobs.done&from={BEGIN}&to={}", BEGIN + 9));
    assert_eq!((answer["times"].as_array().unwrap().len(), &answer["stats"]), (9, &json!([])));
    // What is older than an hour isn't answered with unless it is asked for.
    assert_eq!(history(&server, "label=jobs.done")["stats"], json!([]));
    assert_eq!(history(&server, "")["oldest"].as_f64().unwrap() as u64, BEGIN);
}

#[track_caller]
fn history(server: &Server, query: &str) -> Value {
    server.get(&format!("/api/v1/history?{query}")).json()
}

fn series(stat: &Value, name: &str) -> Vec<Option<f64>> {
    stat["series"][name].as_array().into_iter().flatten().map(Value::as_f64).collect()
}

/// Two programs of which one ends, over so many polls.
fn two_programs(polls: u64) -> Made {
    let mut making = Making::begin();
    let one = making.program("one");
    let mut other = Some(making.program("other"));
    making.polls(polls, |poll| {
        if poll == polls / 2 {
            other = None;
        }
        for program in [Some(&one), other.as_ref()].into_iter().flatten() {
            program.done.add(poll % 7);
            program.render.record(Duration::from_millis(poll % 5 + 1));
            (0..poll % 4).for_each(|value| program.sizes.record(10 * value));
        }
        // They differ, as long as there are two.
        one.depth.set(poll as i64 % 11 - 3);
        if let Some(other) = &other {
            other.depth.set(poll as i64 % 11 + 2);
        }
    });
    making.finish()
}

#[test]
fn a_recording_is_answered_from_as_it_is() {
    let made = two_programs(200);
    let server = made.serve();
    let (from, to) = (BEGIN + 30, BEGIN + 170);
    for (step, points) in [(1, 140), (10, 14)] {
        let query = format!(
            "label=jobs.done&label=jobs.depth&label=jobs.time&label=jobs.sizes&from={from}&to={to}&step={step}"
        );
        let answer = history(&server, &query);
        let schema = json!({"$ref": "#/components/schemas/History"});
        assert_valid(&document(&server).validator(&schema), &answer, "history");
        assert_eq!(answer["times"].as_array().unwrap().len(), points);
        assert_eq!(answer["times"][1].as_f64().unwrap() as u64, from + 2 * step - 1);
        let [rates, means, medians] = expected(&made, from, to, points);
        let stats = answer["stats"].as_array().unwrap();
        let found = [&stats[0], &stats[2], &stats[3]];
        assert_eq!(series(found[0], "rate")[1..], rates[1..], "{answer}");
        assert_eq!(series(found[1], "mean")[1..], means[1..]);
        assert_eq!(series(found[2], "p50")[1..], medians[1..]);
        let depth = |second: u64| Some((second % 11) as f64 - 3.0);
        let last = |point: u64| 30 + (point + 1) * step - 1;
        let (early, late) = (30 / step, 100 / step);
        let depths = ["least", "greatest", "value"].map(|name| series(&stats[1], name));
        let at = |point: u64| [0, 1, 2].map(|column| depths[column][point as usize]);
        let before = depth(last(early));
        assert_eq!(at(early), [before, before.map(|least| least + 5.0), None]);
        assert_eq!(at(late), [None, None, depth(last(late))]);
        // It is the same process that goes on.
        assert_eq!(answer["marks"], json!([]));
    }
    assert_eq!(server.end(Signal::SIGTERM), Some(0));
}

/// What the recording's own histories say: rates of the counter, means of the timer, and medians of the
/// histogram.
fn expected(made: &Made, from: u64, to: u64, points: usize) -> [Vec<Option<f64>>; 3] {
    // mmash records in the file: a copy is read.
    let copy = made.directory.path().join("copy");
    Recording::open(made.path()).unwrap().cut(.., &copy).unwrap();
    let recording = Recording::open(&copy).unwrap();
    fs::remove_file(copy).unwrap();
    let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
    let (mut counts, mut totals) = (vec![0.0; points], vec![(0, 0.0); points]);
    let mut histograms: Vec<Option<mmstats::HistogramSnapshot>> = vec![None; points];
    let query = HistoryQuery::of(|stat| stat.label().starts_with("jobs."));
    let found =
        recording.visit_histories(
            &query.range(at(from)..at(to)).points(points),
            |point| match point.increase.clone() {
                Some(Increase::Count(count)) => counts[point.step] += count as f64,
                Some(Increase::Total { count, total }) => {
                    totals[point.step].0 += count;
                    totals[point.step].1 += total;
                }
                Some(Increase::Histogram(new)) => match &mut histograms[point.step] {
                    Some(sum) => assert!(sum.merge(&new)),
                    none => *none = Some(new),
                },
                _ => {}
            },
        );
    let steps = found.unwrap().steps;
    assert_eq!(steps.len(), points);
    let elapsed = |step: usize| steps[step].elapsed.as_secs_f64();
    let rates = (0..points).map(|step| Some(counts[step] / elapsed(step)));
    let means = totals.iter().map(|(count, total)| (*count > 0).then(|| total / *count as f64));
    let medians = histograms.iter().map(|sum| sum.as_ref().and_then(|sum| sum.percentile(50.0)));
    [rates.collect(), means.collect(), medians.collect()]
}
