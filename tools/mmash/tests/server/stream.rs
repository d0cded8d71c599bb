//! `/api/v1/stream`: everything first, then what changes.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::ops::Deref;

use jsonschema::Validator;
use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, Timer};
use mmstats_testing::command::dead_pid;
use mmstats_testing::document::assert_valid;
use mmstats_testing::http::{self, Chunks};
use mmstats_testing::original::{content, field, original};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::runtime;

use crate::command;
use crate::openapi::document;

/// mmash that polls often.
pub fn served(directory: &TempDir) -> Server {
    Server::start(command(directory.path()).args(["--interval", "0.02"]))
}

/// A client that watches.
struct Watcher {
    lines: BufReader<Chunks>,
    /// The schema of each event.
    step: Validator,
}

/// An event: its name and its data.
type Event = (String, String);

impl Watcher {
    fn of(server: &Server) -> Self {
        Self::on(http::connect(server.address), server)
    }

    fn on(mut stream: TcpStream, server: &Server) -> Self {
        let step = json!({"$ref": "#/components/schemas/Step"});
        let step = document(server).validator(&step);
        let request = "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let head = http::receive_head(&mut stream).expect("an answer");
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
        Self { lines: BufReader::new(Chunks::of(stream)), step }
    }

    /// The next event as it arrives.
    fn next(&mut self) -> Event {
        let name = self.line("event: ");
        (name, self.line("data: "))
    }

    fn line(&mut self, field: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "it ended before {field:?}");
            if let Some(content) = line.trim_end().strip_prefix(field) {
                return content.to_owned();
            }
        }
    }

    /// Waits for a text in an event's data. Returns the names of the events until then and their
    /// total length.
    fn until(&mut self, text: &str) -> (Vec<String>, usize) {
        let (mut names, mut size) = (Vec::new(), 0);
        loop {
            let (name, data) = self.next();
            names.push(name);
            size += data.len();
            if data.contains(text) {
                return (names, size);
            }
        }
    }
}

/// What a client knows that follows the events.
pub struct Client {
    watcher: Watcher,
    /// Of series and plain stats.
    stats: Known,
    /// Of names with several series.
    pub names: Known,
}

/// Rows by label, or by name.
#[derive(Default)]
pub struct Known {
    /// Each row's description and values, by id.
    pub rows: HashMap<u64, (Value, Value)>,
    /// How many changes had a value of a known row.
    changes: usize,
    /// What was counted since the first event: counts, and totals of values.
    pub counted: HashMap<String, (u64, f64)>,
}

impl Deref for Client {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.stats
    }
}

impl Client {
    /// Reads the first event.
    pub fn of(server: &Server) -> Self {
        let (stats, names) = (Known::default(), Known::default());
        let mut client = Self { watcher: Watcher::of(server), stats, names };
        assert_eq!(client.take().0, "whole");
        client
    }

    /// Applies an event, which must contain what is new and nothing else.
    pub fn take(&mut self) -> (String, Value) {
        let (name, data) = self.watcher.next();
        let step: Value = serde_json::from_str(&data).expect("JSON");
        assert_valid(&self.watcher.step, &step, &name);
        assert_eq!(step["interval"].is_number(), name == "change", "{step}");
        self.stats.take(&name, &step);
        self.names.take(&name, &step["names"]);
        (name, step)
    }

    /// Applies events until a condition holds, and returns the last one.
    pub fn until(&mut self, holds: impl Fn(&Self) -> bool) -> Value {
        loop {
            let (_, step) = self.take();
            if holds(self) {
                return step;
            }
        }
    }

    /// Applies events until the values are these, and returns the last one.
    fn until_values(&mut self, expected: &Value) -> Value {
        self.until(|client| client.values() == *expected)
    }
}

impl Known {
    fn take(&mut self, name: &str, step: &Value) {
        if name == "whole" {
            self.rows.clear();
        }
        let of = |part: &str| step[part].as_array().into_iter().flatten();
        let mut gone = HashMap::new();
        for id in of("gone").map(|id| id.as_u64().unwrap()) {
            gone.insert(id, self.rows.remove(&id).expect("a known row"));
        }
        for row in of("new") {
            let before = self.rows.insert(row["id"].as_u64().unwrap(), (row.clone(), Value::Null));
            assert_eq!(before, None, "{name}: {step}");
        }
        for value in of("values") {
            let (_, known) = self.rows.get_mut(&value[0].as_u64().unwrap()).expect("a known row");
            assert_ne!(*known, value[1], "{name}: {step}");
            self.changes += usize::from(name == "change" && *known != Value::Null);
            *known = value[1].clone();
        }
        for increase in of("increases") {
            assert_eq!(name, "change");
            let id = increase[0].as_u64().unwrap();
            let (about, _) = self.rows.get(&id).or(gone.get(&id)).expect("a row");
            let (count, total) = self.counted.entry(label_of(about)).or_default();
            *count += increase[1].as_u64().unwrap();
            *total += increase[2].as_f64().unwrap_or(0.0);
        }
    }

    pub fn values(&self) -> Value {
        self.rows.values().map(|(about, values)| (label_of(about), values.clone())).collect()
    }
}

/// The label of a row, or its name.
fn label_of(about: &Value) -> String {
    about.get("label").unwrap_or(&about["name"]).as_str().unwrap().to_owned()
}

/// A writer of one counter, and of nothing else.
fn writer(directory: &TempDir, label: &'static str) -> (Published<()>, Counter) {
    let options = Options::dynamic(label).path(directory.path()).default_fields(false);
    let stats = options.filename(format!("{label}.mmstats")).create().unwrap();
    let counter = stats.add(Counter::named(label).unit("things").help("What it is.")).unwrap();
    (stats, counter)
}

#[test]
fn everything_is_sent_first_and_then_only_changes() {
    let directory = TempDir::new().unwrap();
    let (_one, hits) = writer(&directory, "hits");
    let (_other, misses) = writer(&directory, "misses");
    hits.add(3);
    let server = served(&directory);
    let whole: Value = serde_json::from_str(&Watcher::of(&server).next().1).unwrap();
    assert_eq!((&whole["files"], &whole["gone"]), (&json!(2), &json!([])));
    let rows = whole["new"].as_array().unwrap();
    let row = rows.iter().find(|row| row["label"] == "hits").expect("a row");
    let expected = json!({"id": row["id"], "label": "hits", "name": "hits", "labels": {},
        "kind": "counter", "unit": "things", "help": "What it is.", "about": "work",
        "aggregate": "sum"});
    assert_eq!(*row, expected);

    let mut client = Client::of(&server);
    assert_eq!(client.values(), json!({"hits": {"value": 3}, "misses": {"value": 0}}));
    // On a busy machine everything may be sent once more, but not each time.
    for round in 1.. {
        hits.add(1);
        misses.add(2);
        let values = json!({"hits": {"value": 3 + round}, "misses": {"value": 2 * round}});
        client.until_values(&values);
        assert!(round < 100, "no value was ever reported as a change");
        if client.changes > 3 {
            break;
        }
    }
}

#[test]
fn added_and_removed_files_are_reported() {
    let directory = TempDir::new().unwrap();
    let (_stays, hits) = writer(&directory, "hits");
    let server = served(&directory);
    let mut client = Client::of(&server);
    let alone = json!({"hits": {"value": 0}});
    assert_eq!(client.values(), alone);

    let (comes, _counter) = writer(&directory, "late");
    let both = json!({"hits": {"value": 0}, "late": {"value": 0}});
    assert_eq!(client.until_values(&both)["files"], 2);
    drop(comes);
    assert_eq!(client.until_values(&alone)["files"], 1);
    hits.add(1);
    client.until_values(&json!({"hits": {"value": 1}}));
}

/// A program with a counter, a timer and a histogram.
struct Job {
    done: Counter,
    run: Timer,
    sizes: Histogram,
    _stats: Published<()>,
}

impl Job {
    fn start(directory: &TempDir, number: u32) -> Self {
        let options = Options::dynamic("Job").path(directory.path()).default_fields(false);
        let stats = options.filename(format!("job-{number}.mmstats")).create().unwrap();
        Self {
            done: stats.add(Counter::named("done")).unwrap(),
            run: stats.add(Timer::named("run")).unwrap(),
            sizes: stats.add(Histogram::named("sizes")).unwrap(),
            _stats: stats,
        }
    }

    fn work(&self) {
        self.done.add(3);
        self.run.record_secs(0.5);
        self.sizes.record(4);
    }
}

#[test]
fn what_is_counted_adds_up_when_programs_come_and_go() {
    // On a busy machine everything may be sent once more: then it isn't known what was counted.
    let is_followed = (0..20).any(|_| follow_jobs());
    assert!(is_followed, "no stream was ever without a gap");
}

/// Follows jobs that come and go; false if the stream had a gap.
fn follow_jobs() -> bool {
    let directory = TempDir::new().unwrap();
    let stays = Job::start(&directory, 0);
    stays.work();
    let server = Server::start(command(directory.path()).args(["--interval", "0.1"]));
    let mut client = Client::of(&server);
    let mut until = |files: usize| {
        loop {
            let (name, step) = client.take();
            let counted = client.counted.clone();
            match &*name {
                "change" if step["files"] == files => return Some((counted, client.rows.len())),
                "change" => {}
                _ => return None,
            }
        }
    };
    let counted = |times: u32| {
        let (count, seconds) = (u64::from(times), 0.5 * f64::from(times));
        let values =
            [("done", (3 * count, 0.0)), ("run", (count, seconds)), ("sizes", (count, 0.0))];
        HashMap::from(values.map(|(label, counted)| (label.to_owned(), counted)))
    };
    for round in 1..=3 {
        let jobs: Vec<_> = (1..=10).map(|number| Job::start(&directory, number)).collect();
        jobs.iter().for_each(Job::work);
        let Some(_) = until(11) else { return false };
        stays.work();
        jobs.iter().for_each(Job::work);
        drop(jobs);
        let Some((found, _)) = until(1) else { return false };
        assert_eq!(found, counted(21 * round));
    }
    // The rows go with the last program, and what it counted last comes all the same.
    stays.work();
    drop(stays);
    let Some(last) = until(0) else { return false };
    assert_eq!(last, (counted(64), 0));
    true
}

#[test]
fn recent_percentiles_are_of_what_is_new_in_all_files() {
    let directory = TempDir::new().unwrap();
    let jobs = [0, 1].map(|number| Job::start(&directory, number));
    for job in &jobs {
        job.sizes.record(1000);
    }
    let server = Server::start(command(directory.path()).args(["--interval", "0.3"]));
    let mut client = Client::of(&server);
    assert_eq!(client.values()["sizes"].get("recent"), None);
    client.take();
    // Both in one poll, unless one falls between.
    let [ends, stays] = jobs;
    ends.sizes.record(4);
    stays.sizes.record(4);
    drop(ends);
    let recent = loop {
        client.take();
        if let Some(recent) = client.values()["sizes"].get("recent") {
            break recent.clone();
        }
    };
    assert_eq!(recent, json!({"p50": 4.0, "p90": 4.0, "p99": 4.0, "max": 4.0}));
}

#[test]
fn a_stream_that_is_opened_again_begins_with_the_present_values() {
    let directory = TempDir::new().unwrap();
    let (_stats, hits) = writer(&directory, "hits");
    // Nobody can wait for the next poll.
    let server = Server::start(command(directory.path()).args(["--interval", "3600"]));
    let first = Client::of(&server);
    assert_eq!(first.values(), json!({"hits": {"value": 0}}));
    drop(first);
    assert_eq!(Client::of(&server).values(), json!({"hits": {"value": 0}}));
    drop(server);

    let server = served(&directory);
    for round in 1..=3 {
        hits.add(1);
        let mut client = Client::of(&server);
        client.until_values(&json!({"hits": {"value": round}}));
        let ids: Vec<_> = client.rows.keys().copied().collect();
        drop(client);
        // Polls without a client: the rows are made anew.
        let opened = || Client::of(&server).rows.keys().copied().collect::<Vec<_>>();
        while opened() == ids {}
    }
}

#[test]
fn a_redeclared_stat_is_sent_again() {
    let (directory, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let path = directory.path().join("hits.mmstats");
    let hits = field("hits", "d", 0xff, &0_f64.to_ne_bytes());
    fs::write(&path, content(&[hits])).unwrap();
    let server = served(&directory);
    let mut client = Client::of(&server);
    let kind = |client: &Client| {
        client.rows.values().map(|(about, _)| about["kind"].clone()).collect::<Value>()
    };
    assert_eq!(kind(&client), json!([null]));

    let _writer = writer(&elsewhere, "hits");
    let unseen = directory.path().join("unseen");
    fs::copy(elsewhere.path().join("hits.mmstats"), &unseen).unwrap();
    fs::rename(unseen, path).unwrap();
    // A copy has no live writer.
    let step =
        client.until_values(&json!({"hits": {"value": 0, "dead_files": 1, "live_files": 0}}));
    assert_eq!(kind(&client), json!(["counter"]), "{step}");
}

#[test]
fn dead_programs_and_threads_that_publish_nothing_are_reported() {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "mmstats-dead", &original(dead_pid()));
    let options = Options::dynamic("web").path(directory.path()).default_fields(false);
    let stats = options.create().unwrap();
    let unpublished: Gauge<u64> = stats.add(Gauge::named("web.sys.unpublished")).unwrap();
    let server = served(&directory);
    let mut client = Client::of(&server);
    let values = |threads: u64| {
        json!({
            // A process id describes the present, which a dead program doesn't have.
            "sys.pid": {"dead_files": 1, "live_files": 0},
            "hits": {"value": 7, "dead_files": 1, "live_files": 0},
            "web.sys.unpublished": {"value": threads},
        })
    };
    assert_eq!(client.until_values(&values(0)).get("unpublished"), None);
    unpublished.set(3);
    let step = client.until_values(&values(3));
    let [process] = &step["unpublished"].as_array().unwrap()[..] else { panic!("{step}") };
    assert_eq!((&process["pid"], &process["threads"]), (&json!(std::process::id()), &json!(3)));
    assert!(process["command"].is_string(), "{step}");
    assert_eq!(Client::of(&server).values(), values(3));
}

#[test]
fn the_row_of_a_histogram_has_its_end() {
    let directory = TempDir::new().unwrap();
    let options = Options::dynamic("web").path(directory.path()).default_fields(false);
    let stats = options.create().unwrap();
    let sizes: Histogram = stats.add(Histogram::named("sizes").max(1000)).unwrap();
    sizes.record(5);
    sizes.record(1_000_000_000);
    let client = Client::of(&served(&directory));
    let expected = json!({"count": 2, "p50": 5.0, "p90": "inf", "p99": "inf", "max": "inf"});
    assert_eq!(client.values(), json!({"sizes": expected}));
    let ends: Vec<_> = client.rows.values().map(|(about, _)| &about["range_end"]).collect();
    assert_eq!(ends, [1023]);
}

/// A connection that buffers little.
fn narrow(server: &Server) -> TcpStream {
    let runtime = runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 << 10).unwrap();
        socket.connect(server.address).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream
}

/// How many bytes the server's socket buffers while nobody reads.
fn most_on_the_way() -> usize {
    let limits = fs::read_to_string("/proc/sys/net/ipv4/tcp_wmem").unwrap();
    limits.split_whitespace().last().unwrap().parse().unwrap()
}

/// Writes a file with this many copies of a text.
fn put(directory: &TempDir, stats: usize, text: &str) {
    let fields = (0..stats).map(|number| {
        let value = format!("{text:0<255}");
        field(format!("text.{number}"), "255s", 0xff, value.as_bytes())
    });
    let unseen = directory.path().join("unseen");
    fs::write(&unseen, content(&fields.collect::<Vec<_>>())).unwrap();
    fs::rename(unseen, directory.path().join("mmstats-texts")).unwrap();
}

#[test]
fn a_client_that_pauses_gets_everything_again() {
    let directory = TempDir::new().unwrap();
    put(&directory, 2_000, "first");
    let server = served(&directory);
    let mut paused = Watcher::on(narrow(&server), &server);
    let mut quick = Watcher::of(&server);
    let (mut round, mut reported) = (0, 0);
    while reported <= 2 * most_on_the_way() {
        round += 1;
        let text = format!("round-{round}-");
        put(&directory, 2_000, &text);
        reported += quick.until(&text).1;
    }
    let (names, _) = paused.until(&format!("round-{round}-"));
    assert!(names.len() < round, "all {round} rounds came one by one");
    assert_eq!(names[0], "whole");
    assert!(names[1..].iter().any(|name| name == "whole"), "{names:?}");

    put(&directory, 2_000, "again");
    paused.until("again");
}
