//! `--history FILE`: what is polled is recorded.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use mmstats::{Counter, Field, Options, Published, StatsFile, Verdict};
use mmstats_recording::{Recorder, Recording, Settings, Snapshot};
use mmstats_testing::TIMEOUT;
use mmstats_testing::command::{Run, run, tool};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::files;
use mmstats_testing::webapp::Webapp;
use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::command;

const LABEL: &str = "jobs.done";

/// A directory for stats files, and a file beside it.
struct Recorded {
    directory: TempDir,
}

impl Recorded {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        fs::create_dir(directory.path().join("stats")).unwrap();
        Self { directory }
    }

    fn stats(&self) -> std::path::PathBuf {
        self.directory.path().join("stats")
    }

    fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("recording")
    }

    fn command(&self) -> Command {
        let mut command = command(&self.stats());
        command.args(["--interval", "0.02", "--history"]).arg(self.path());
        command
    }

    /// A program that exists as long as the result is held.
    fn program(&self) -> (Published<()>, Counter) {
        let stats = Options::dynamic("jobs").path(self.stats()).create().unwrap();
        let done = stats.add(Counter::named(LABEL).unit("jobs")).unwrap();
        (stats, done)
    }

    /// The last poll, once it is as wanted.
    #[track_caller]
    fn await_poll(&self, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let begun = Instant::now();
        loop {
            if let Some(last) = last_poll(&self.path()).filter(&wanted) {
                return last;
            }
            assert!(begun.elapsed() < TIMEOUT, "it is never recorded");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn last_poll(path: &Path) -> Option<Snapshot> {
    Recording::open(path).and_then(|recording| recording.at(SystemTime::now())).ok()?
}

fn done(poll: &Snapshot) -> u64 {
    poll.files.iter().filter_map(|file| file.file().get(LABEL)?.value().as_u64()).sum()
}

#[test]
fn polls_are_recorded_and_the_end_in_order_leaves_one_file() {
    let recorded = Recorded::new();
    let (_stats, counter) = recorded.program();
    for (round, signal) in [(1, Signal::SIGTERM), (2, Signal::SIGINT)] {
        let server = Server::start(&mut recorded.command());
        counter.add(3);
        recorded.await_poll(|poll| done(poll) == 3 * round);
        // Reading the file doesn't keep it from being ended.
        assert_eq!(server.get("/api/v1/history?from=1").status, 200);
        assert_eq!(server.end(signal), Some(if round == 1 { 0 } else { 130 }));
        // It can be read where no write-ahead log can be made.
        assert_eq!(fs::read(recorded.path()).unwrap()[18..20], [1, 1]);
        let names = files(recorded.directory.path());
        let names: Vec<_> = names.iter().map(|path| path.file_name().unwrap()).collect();
        assert_eq!(names, ["recording", "recording.lock", "stats"]);
    }
    // The second run continued behind a gap.
    let info = Recording::open(recorded.path()).unwrap().info().unwrap();
    assert_eq!(info.stretches.len(), 2);
}

/// How mmash fails at the start.
#[track_caller]
fn failure(recorded: &Recorded) -> String {
    let Run { code, stdout, stderr } = run(recorded.command().stdin(Stdio::null()));
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    stderr
}

#[test]
fn a_file_that_cannot_be_recorded_is_an_error_at_the_start() {
    let recorded = Recorded::new();
    let path = recorded.path();
    let expected = |reason: &str| format!("mmash: {}: {reason}\n", path.display());
    let holder = Recorder::new(&path, &Settings::new(Duration::from_secs(1))).unwrap();
    assert_eq!(failure(&recorded), expected("in use by another recorder"));
    drop(holder);
    fs::write(&path, "text").unwrap();
    assert_eq!(failure(&recorded), expected("file is not a database"));
    assert_eq!(fs::read(&path).unwrap(), b"text");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(failure(&recorded), expected("not a regular file"));
    fs::remove_dir(&path).unwrap();
    let mut command = command(&recorded.stats());
    let run = run(command.arg("--history").arg(path.join("none")));
    let expected =
        format!("mmash: {}: No such file or directory (os error 2)\n", path.join("none").display());
    assert_eq!((run.code, run.stderr), (Some(2), expected));
}

#[test]
fn a_recording_that_cannot_grow_is_reported_once_and_mmash_serves() {
    let recorded = Recorded::new();
    let mut limited = tool("sh");
    // No file may grow beyond 300 KB, so the write-ahead log is full soon.
    limited.args(["-c", "ulimit -f 300; exec \"$0\" \"$@\""]);
    let mut command = mmstats_testing::command::within(limited, &recorded.command());
    let stderr = recorded.directory.path().join("stderr");
    command.stderr(fs::File::create(&stderr).unwrap());
    let server = Server::start(&mut command);
    let begun = Instant::now();
    let text = || fs::read_to_string(&stderr).unwrap();
    while !text().contains(": can't record: ") {
        assert!(begun.elapsed() < TIMEOUT, "{}", text());
        std::thread::sleep(Duration::from_millis(5));
    }
    let polls = |server: &Server| server.get("/api/v1/files").json()["time"].as_f64().unwrap();
    let before = polls(&server);
    while polls(&server) < before + 0.1 {}
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.end(Signal::SIGTERM), Some(2));
    let text = text();
    assert_eq!(text.matches("can't record").count(), 1, "{text}");
    assert!(text.ends_with(" at the end lost\n"), "{text}");
}

/// The history of a counter, once it is as wanted.
#[track_caller]
fn history_until(server: &Server, label: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = server.get(&format!("/api/v1/history?label={label}")).json();
        if wanted(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < TIMEOUT, "{answer}");
    }
}

fn values(answer: &Value) -> Vec<f64> {
    let values = answer["stats"][0]["series"]["value"].as_array();
    values.into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn whats(answer: &Value) -> String {
    let marks = answer["marks"].as_array().unwrap().iter();
    marks.map(|mark| mark["what"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_last_second_before_a_crash_is_shown_without_any_file() {
    const LABEL: &str = "web.stats.status.2XX";
    let recorded = Recorded::new();
    let server = Server::start(&mut recorded.command());
    let webapp = Webapp::start(&recorded.stats(), &["--no-load", "--seconds", "0"]);
    let loaded = Webapp::start(&recorded.stats(), &["--seconds", "0"]);
    let is_busy = |answer: &Value| values(answer).last().is_some_and(|last| *last > 2_000.0);
    history_until(&server, LABEL, is_busy);
    webapp.request("/", 30);
    webapp.kill();
    loaded.kill();
    history_until(&server, LABEL, |answer| whats(answer) == "started started died died");
    // What the dead files say.
    let counted = files(&recorded.stats());
    let counted = counted
        .iter()
        .filter_map(|path| StatsFile::read(path).unwrap().get(LABEL)?.value().as_u64());
    let counted: u64 = counted.sum();
    let is_whole = |answer: &Value| values(answer).last() == Some(&(counted as f64));
    let before = history_until(&server, LABEL, is_whole);
    recorded.await_poll(|poll| poll.files.iter().all(|file| file.life().verdict == Verdict::Dead));
    assert_eq!(server.end(Signal::SIGKILL), None);
    fs::remove_dir_all(recorded.stats()).unwrap();
    fs::create_dir(recorded.stats()).unwrap();

    let server = Server::start(&mut recorded.command());
    let after = history_until(&server, LABEL, |answer| !values(answer).is_empty());
    assert_eq!(values(&after).last(), Some(&(counted as f64)), "{after}");
    assert_eq!(after["stats"][0]["unit"], before["stats"][0]["unit"]);
    assert_eq!(whats(&after), "started started died died");
    assert_eq!(after["marks"][3]["command"], "webapp");
    // What describes the present ends with the programs; counts don't.
    let hits = server.get("/api/v1/history?label=web.stats.timers.last_hit").json();
    assert!(!values(&hits).is_empty(), "{hits}");
    let died = after["marks"][3]["time"].as_f64().unwrap();
    let series = hits["stats"][0]["series"]["value"].as_array().unwrap().iter();
    let mut later = hits["times"].as_array().unwrap().iter().zip(series);
    assert!(later.all(|(time, hit)| time.as_f64().unwrap() < died || hit.is_null()), "{hits}");
    // Each point that was answered from memory is answered from the file, too.
    let points = |answer: &Value| {
        let times = answer["times"].as_array().unwrap().clone().into_iter();
        let values = answer["stats"][0]["series"]["value"].as_array().unwrap().clone().into_iter();
        times.zip(values).filter(|(_, value)| !value.is_null()).collect::<Vec<_>>()
    };
    let (before, after) = (points(&before), points(&after));
    assert!(before.iter().all(|point| after.contains(point)), "{before:?} {after:?}");
}
