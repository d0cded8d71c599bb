//! `/metrics`: samples worked out by hand, in both formats and for every owner.

mod dimensions;
mod ended_programs;
mod foreign;
mod lifecycle;
mod processes;
mod texts;

use std::path::Path;
use std::thread;

use mmstats::{
    Aggregate, Average, Counter, Field, Gauge, Histogram, Options, Published, StatsFile, Text,
    Timer, UpDownCounter,
};
use mmstats_testing::command::dead_pid;
use mmstats_testing::http::{self, Answer};
use mmstats_testing::original::original;
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use crate::{command, mmash};

/// In 0.0.4, of two workers of one process and of a program of the original's.
const TEXT: &str = r#"# HELP mmstats_up 1, or 0 of what is proven dead and whose files are still there.
# TYPE mmstats_up gauge
mmstats_up{PROCESS} 1
mmstats_up{pid="GONE"} 0
# HELP busy busy
# TYPE busy gauge
busy{PROCESS} 30
# HELP depth depth. In %.
# TYPE depth gauge
depth{FIRST} 0.5
depth{SECOND} 1.0
# HELP hits hits
# TYPE hits untyped
hits{pid="GONE"} 7
# HELP load load
# TYPE load gauge
load{PROCESS} 3.25
# HELP peak peak
# TYPE peak gauge
peak{PROCESS} -5
# HELP render_seconds render
# TYPE render_seconds summary
render_seconds_sum{PROCESS} 0.75
render_seconds_count{PROCESS} 2
# HELP sizes_bytes sizes. The sum takes each value for the middle of its bucket, or for the least that it can be if it is beyond the range.
# TYPE sizes_bytes histogram
sizes_bytes_bucket{PROCESS,le="8191.0"} 3
sizes_bytes_bucket{PROCESS,le="67108863.0"} 3
sizes_bytes_bucket{PROCESS,le="549755813887.0"} 3
sizes_bytes_bucket{PROCESS,le="+Inf"} 3
sizes_bytes_sum{PROCESS} 12.0
sizes_bytes_count{PROCESS} 3
# HELP waiting_jobs waiting
# TYPE waiting_jobs gauge
waiting_jobs{PROCESS} -1
# HELP web_hits_requests_total A "hit",\nor two \\.
# TYPE web_hits_requests_total counter
web_hits_requests_total{PROCESS} 3
LEFT_OUT"#;

/// The same in OpenMetrics, except for the samples.
const OPEN_METRICS: &str = r#"# HELP mmstats_up 1, or 0 of what is proven dead and whose files are still there.
# TYPE mmstats_up gauge
# HELP busy busy
# TYPE busy gauge
# HELP depth depth. In %.
# TYPE depth gauge
# HELP hits hits
# TYPE hits unknown
# HELP load load
# TYPE load gauge
# HELP peak peak
# TYPE peak gauge
# HELP render_seconds render
# TYPE render_seconds summary
# UNIT render_seconds seconds
# HELP sizes_bytes sizes. The sum takes each value for the middle of its bucket, or for the least that it can be if it is beyond the range.
# TYPE sizes_bytes histogram
# UNIT sizes_bytes bytes
# HELP waiting_jobs waiting
# TYPE waiting_jobs gauge
# UNIT waiting_jobs jobs
# HELP web_hits_requests A \"hit\",\nor two \\.
# TYPE web_hits_requests counter
# UNIT web_hits_requests requests
# HELP mmstats_metrics_left_out Metrics that are left out, as all of them would be too much text.
# TYPE mmstats_metrics_left_out gauge
# EOF
"#;

const LEFT_OUT: &str = "\
# HELP mmstats_metrics_left_out Metrics that are left out, as all of them would be too much text.
# TYPE mmstats_metrics_left_out gauge
mmstats_metrics_left_out 0
";

/// Two workers, each with its own thread and file, and a file of the original's.
struct Writers {
    directory: TempDir,
    _workers: [Published<()>; 2],
    gone: u32,
}

impl Writers {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let gone = dead_pid();
        write(directory.path(), "mmstats-old", &original(gone));
        let workers = [1, 2].map(|number| {
            thread::scope(|scope| scope.spawn(|| worker(directory.path(), number)).join().unwrap())
        });
        Self { directory, _workers: workers, gone }
    }

    /// Replaces words in capitals by the values of this run.
    fn fill_in(&self, text: &str) -> String {
        let file = |number: u32| {
            let name = format!("worker-{number}.mmstats");
            StatsFile::read(self.directory.path().join(name)).unwrap()
        };
        let (first, second) = (file(1), file(2));
        let command = &first.identity().unwrap().command;
        let process = format!("cmd=\"{command}\",pid=\"{}\"", std::process::id());
        let thread = |file: &StatsFile| format!("{process},tid=\"{}\"", file.tid().unwrap());
        text.replace("PROCESS", &process)
            .replace("FIRST", &thread(&first))
            .replace("SECOND", &thread(&second))
            .replace("COMMAND", &format!("cmd=\"{command}\""))
            .replace("LEFT_OUT", LEFT_OUT)
            .replace("GONE", &self.gone.to_string())
    }
}

/// The stats of worker 1 or 2.
fn worker(directory: &Path, number: u32) -> Published<()> {
    let stats = Options::dynamic("Worker")
        .path(directory)
        .filename(format!("worker-{number}.mmstats"))
        .default_fields(false)
        .create()
        .unwrap();
    let hits = Counter::named("web.hits").unit("requests").help("A \"hit\",\nor two \\.");
    let hits: Counter = stats.add(hits).unwrap();
    hits.add(number.into());
    let busy = Gauge::<u32>::named("busy").aggregate(Aggregate::Sum);
    let busy: Gauge<u32> = stats.add(busy).unwrap();
    busy.set(10 * number);
    let waiting: UpDownCounter = stats.add(UpDownCounter::named("waiting").unit("jobs")).unwrap();
    waiting.add([2, -3][number as usize - 1]);
    let peak = Gauge::<i32>::named("peak").aggregate(Aggregate::Max);
    let peak: Gauge<i32> = stats.add(peak).unwrap();
    peak.set(-5 * number.cast_signed());
    let depth: Gauge<f64> = stats.add(Gauge::<f64>::named("depth").unit("%")).unwrap();
    depth.set(0.5 * f64::from(number));
    let load: Average = stats.add(Average::named("load")).unwrap();
    (0..2 * number - 1).for_each(|_| load.add(f64::from(3 * number - 2)));
    let render: Timer = stats.add(Timer::named("render")).unwrap();
    render.record_secs(0.25 * f64::from(number));
    let sizes: Histogram = stats.add(Histogram::named("sizes").unit("bytes")).unwrap();
    (0..number).for_each(|_| sizes.record(4));
    let text: Text = stats.add(Text::named("state").size(32)).unwrap();
    text.set(&format!("\"{number}\"\\\n"));
    stats
}

/// Scrapes in a format.
fn scrape(server: &Server, accept: &str) -> Answer {
    let head = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\n", server.address);
    let request = format!("{head}Accept: {accept}\r\n\r\n");
    let answer = http::send(server.address, &request).expect("an answer");
    assert_eq!(answer.status, 200);
    answer
}

/// A text without its first lines, which have the age of the values, and that age.
#[track_caller]
fn without_age(text: &str) -> (&str, f64) {
    let rest = text.strip_prefix(
        "# HELP mmstats_scrape_age_seconds How long ago mmash began to read the files that these \
         values come from.\n# TYPE mmstats_scrape_age_seconds gauge\nmmstats_scrape_age_seconds ",
    );
    let (age, rest) = rest.and_then(|rest| rest.split_once('\n')).expect(text);
    (rest, age.parse().unwrap())
}

fn mmash_with(directory: &Path, arguments: &[&str]) -> Server {
    Server::start(command(directory).args(arguments))
}

fn samples(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn sums_have_a_sample_per_process_and_the_rest_one_per_thread() {
    let writers = Writers::new();
    let server = mmash_with(writers.directory.path(), &["--buckets", "4"]);
    let answer = server.get("/metrics");
    assert_eq!(without_age(&answer.body).0, writers.fill_in(TEXT));
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(answer.header("vary"), Some("Accept"));
}

#[test]
fn open_metrics_has_the_same_samples_with_more_metadata() {
    let writers = Writers::new();
    let server = mmash_with(writers.directory.path(), &["--buckets", "4"]);
    let answer = scrape(&server, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    let expected = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(expected));
    assert_eq!(answer.header("vary"), Some("Accept"));
    let (described, _) = without_age(&answer.body);
    let described: Vec<&str> = described.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(described, OPEN_METRICS.lines().collect::<Vec<_>>());
    let text = scrape(&server, "text/plain");
    assert_eq!(samples(without_age(&answer.body).0), samples(without_age(&text.body).0));
    assert!(answer.body.ends_with("\n# EOF\n"));
    assert!(!text.body.contains("EOF"));
}

#[test]
fn samples_are_per_program_or_per_thread_on_request() {
    let writers = Writers::new();
    for (by, lines) in [
        (
            "cmd",
            &[
                "busy{COMMAND} 30",
                "hits 7",
                "peak{COMMAND} -5",
                "waiting_jobs{COMMAND} -1",
                "mmstats_up{COMMAND} 1",
                // What was counted before mmash began isn't new.
                "render_seconds_sum{COMMAND} 0.0",
                "sizes_bytes_bucket{COMMAND,le=\"15.0\"} 0",
                "web_hits_requests_total{COMMAND} 0",
            ][..],
        ),
        (
            "tid",
            &[
                "busy{FIRST} 10",
                "busy{SECOND} 20",
                "depth{FIRST} 0.5",
                "hits{pid=\"GONE\"} 7",
                "peak{SECOND} -10",
                "waiting_jobs{FIRST} 2",
                "waiting_jobs{SECOND} -3",
                "render_seconds_count{SECOND} 1",
                "sizes_bytes_sum{SECOND} 8.0",
                "web_hits_requests_total{FIRST} 1",
                "web_hits_requests_total{SECOND} 2",
            ],
        ),
    ] {
        let server = mmash_with(writers.directory.path(), &["--by", by]);
        let text = server.get("/metrics").body;
        for line in lines {
            let line = writers.fill_in(line);
            assert!(text.lines().any(|found| found == line), "{line:?} in\n{text}");
        }
        assert!(!text.contains("sys_pid"), "a dead program has no present state");
        let hits = text.lines().filter(|line| line.starts_with("web_hits_requests_total"));
        assert_eq!(hits.count(), if by == "cmd" { 1 } else { 2 });
    }
}

#[test]
fn without_files_there_are_no_samples() {
    let directory = TempDir::new().unwrap();
    let server = mmash(directory.path());
    assert_eq!(without_age(&server.get("/metrics").body).0, LEFT_OUT);
    let text = scrape(&server, "application/openmetrics-text").body;
    assert_eq!(without_age(&text).0, format!("{LEFT_OUT}# EOF\n"));
}

#[test]
fn files_of_one_thread_are_distinguished_by_their_paths() {
    let directory = TempDir::new().unwrap();
    let (_first, _second) = (worker(directory.path(), 1), worker(directory.path(), 2));
    let server = mmash(directory.path());
    let text = server.get("/metrics").body;
    let depths: Vec<&str> =
        samples(&text).into_iter().filter(|line| line.starts_with("depth{")).collect();
    let path = directory.path().join("worker-2.mmstats");
    assert_eq!(depths.len(), 2, "{text}");
    assert!(depths[0].ends_with("\"} 0.5") && !depths[0].contains("file="), "{text}");
    assert!(depths[1].ends_with(&format!(",file=\"{}\"}} 1.0", path.display())), "{text}");
}
