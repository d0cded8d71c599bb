//! `/metrics` as read by Prometheus' own programs, if they are installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use mmstats_testing::command::run;
use mmstats_testing::exposition::{assert_open_metrics, assert_text, check};
use mmstats_testing::http;
use mmstats_testing::original::{content, field};
use mmstats_testing::programs::built;
use mmstats_testing::prometheus::{Prometheus, SCRAPE_INTERVAL, parse};
use mmstats_testing::required::is_installed;
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use mmstats_testing::webapp::Webapp;
use serde_json::Value;
use tempfile::TempDir;

use crate::{command, command_on};

/// What the load requests, and how often.
const REQUESTS: [(&str, u64); 3] = [("/", 1_500), ("/status", 250), ("/500", 700)];
/// How many of these get a 200.
const EXPECTED: f64 = 1_750.0;
const COUNTER: &str = "web_stats_status_2XX_responses_total";

/// mmash that polls often.
fn mmash(directory: &Path) -> Server {
    Server::start(command(directory).args(["--interval", "0.05"]))
}

fn vectors() -> impl Iterator<Item = PathBuf> {
    let data = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data")).unwrap();
    let paths = data.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "mmstats"))
}

/// Labels and values that need escaping or mapping, and some that map to one name.
fn odd(directory: &Path) {
    let number = |label: &str, value: f64| field(label, "d", 0xff, &value.to_ne_bytes());
    let fields = [
        number("a.b", f64::NAN),
        number("a_b", f64::INFINITY),
        number("a-b", f64::NEG_INFINITY),
        number("größe \"\\\n", -0.0),
        number("9", 5e-324),
        number("a.b_total", 1.0),
        number("a.b_info", 1.0),
        field("text", "8s", 0xff, b"\"\\\n{}\xff\0\0"),
        number(r#"series{__x="1",cmd="2",exported_cmd="3",le="4","my-key"="5",quantile="6"}"#, 7.0),
        number(r#"series{a="\"\\\n"}"#, 8.0),
        number(r#"{"series{","größe"="{}"}"#, 9.0),
    ];
    write(directory, "mmstats-odd", &content(&fields));
}

/// Checks both formats with promtool and the parser of Python's client, if they are installed.
#[track_caller]
pub fn assert_well_formed(server: &Server) {
    let ask = |accept: &str| {
        let head = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\n", server.address);
        http::send(server.address, &format!("{head}Accept: {accept}\r\n\r\n")).unwrap().body
    };
    assert_text(&ask("text/plain"));
    assert_open_metrics(&ask("application/openmetrics-text"));
}

#[test]
fn promtool_has_no_complaints_about_a_webapp() {
    if !is_installed("promtool") {
        return;
    }
    let directory = TempDir::new().unwrap();
    let webapp = Webapp::start(directory.path(), &["--no-load", "--seconds", "0"]);
    webapp.request("/", 10);
    for by in ["cmd", "pid", "tid"] {
        let server = Server::start(command(directory.path()).args(["--by", by]));
        let text = server.get("/metrics").body;
        assert!(text.contains("web_stats_status_2XX_responses_total"), "{text}");
        assert_eq!(check(&text), (Some(0), String::new()), "{by}: {text}");
    }
}

#[test]
fn parsers_can_read_the_metrics_of_any_files() {
    let all = TempDir::new().unwrap();
    let assert_readable = |directory: &Path| {
        let server = mmash(directory);
        assert!(!server.get("/metrics").body.is_empty());
        assert_well_formed(&server);
    };
    for (number, path) in vectors().enumerate() {
        let alone = TempDir::new().unwrap();
        fs::copy(&path, alone.path().join("mmstats-1")).unwrap();
        fs::copy(&path, all.path().join(format!("mmstats-{number}"))).unwrap();
        assert_readable(alone.path());
    }
    odd(all.path());
    assert_readable(all.path());
}

#[test]
fn prometheus_counts_each_request_of_a_load() {
    if !is_installed("prometheus") {
        return;
    }
    let directory = TempDir::new().unwrap();
    let webapp = Webapp::start(directory.path(), &["--no-load", "--seconds", "0"]);
    let server = mmash(directory.path());
    let prometheus = Prometheus::start(&[("webapp", server.address)]);
    prometheus.wait_for(COUNTER, |number| number == 0.0);
    thread::scope(|scope| {
        for (target, times) in REQUESTS {
            let webapp = &webapp;
            scope.spawn(move || webapp.request(target, times));
        }
    });
    prometheus.wait_for(COUNTER, |number| number == EXPECTED);
    prometheus.wait_for("web_stats_render_seconds_count", |number| number == 2_450.0);
    prometheus.wait_for("web_stats_response_size_bytes_bucket{le='+Inf'}", |n| n == 2_450.0);

    // At a time in the past nothing changes any more.
    let interval = SCRAPE_INTERVAL.as_secs_f64();
    let last = prometheus.wait_for(&format!("timestamp({COUNTER})"), |_| true);
    prometheus.wait_for(&format!("timestamp({COUNTER})"), |time| time > last + interval);
    let moment = Some(last + interval / 2.0);
    let samples = prometheus.query(&format!("{COUNTER}[10m]"), moment).unwrap();
    let samples = samples["values"].as_array().unwrap();
    assert_eq!(parse(&samples.last().unwrap()[1]), Some(EXPECTED));
    let time = |sample: &Value| sample[0].as_f64().unwrap();
    let span = time(samples.last().unwrap()) - time(&samples[0]);
    // It extrapolates to the end of its window, but at most 1.1 scrapes.
    let scrape = 1.1 / (samples.len() - 1) as f64;
    assert!(span > 0.0 && scrape < 1.2, "{samples:?}");
    let increase = prometheus.number(&format!("increase({COUNTER}[10m])"), moment).unwrap();
    assert!((EXPECTED..=EXPECTED * (1.0 + scrape) + 1e-6).contains(&increase), "{increase}");

    let about = prometheus.ask("metadata?metric=web_stats_render_seconds").unwrap();
    let about = &about["web_stats_render_seconds"][0];
    assert_eq!((&about["type"], &about["unit"]), (&"summary".into(), &"seconds".into()));
    assert_eq!(about["help"], "Time to render a page.");
}

#[test]
fn prometheus_sees_no_reset_when_a_program_is_killed_and_restarted() {
    if !is_installed("prometheus") {
        return;
    }
    let directory = TempDir::new().unwrap();
    let arguments = ["--no-load", "--seconds", "0"];
    let webapp = Webapp::start(directory.path(), &arguments);
    let server =
        Server::start(command(directory.path()).args(["--interval", "0.05", "--by", "cmd"]));
    let prometheus = Prometheus::start(&[("webapp", server.address)]);
    webapp.request("/", 100);
    prometheus.wait_for(COUNTER, |number| number == 100.0);
    webapp.kill();
    let cleaned = run(Command::new(built("cleanstats")).arg(directory.path()));
    assert!(cleaned.code == Some(0) && cleaned.stdout.contains("Removed 4"), "{cleaned:?}");
    // Nobody works at the moment, and the counts stay.
    prometheus.wait_for(&format!("{COUNTER} unless on() web_stats_busy"), |number| number == 100.0);
    let webapp = Webapp::start(directory.path(), &arguments);
    webapp.request("/", 50);
    prometheus.wait_for(COUNTER, |number| number == 150.0);
    assert_eq!(prometheus.number(&format!("resets({COUNTER}[10m])"), None), Some(0.0));
}

#[test]
fn prometheus_sees_no_increase_without_requests_when_mmash_restarts() {
    if !is_installed("prometheus") {
        return;
    }
    let directory = TempDir::new().unwrap();
    let arguments = ["--no-load", "--seconds", "0"];
    let [first, second] = [(); 2].map(|()| Webapp::start(directory.path(), &arguments));
    let arguments = ["--interval", "0.05", "--by", "cmd"];
    let server = Server::start(command(directory.path()).args(arguments));
    let address = server.address;
    let prometheus = Prometheus::start(&[("webapp", address)]);
    prometheus.wait_for(COUNTER, |number| number == 0.0);
    first.request("/", 300);
    second.request("/", 200);
    prometheus.wait_for(COUNTER, |number| number == 500.0);
    first.kill();
    let cleaned = run(Command::new(built("cleanstats")).arg(directory.path()));
    assert_eq!(cleaned.code, Some(0), "{cleaned:?}");
    server.end(nix::sys::signal::Signal::SIGTERM);
    let mut again = command_on(&address.to_string(), directory.path());
    let _server = Server::start(again.args(arguments));
    let restarted = prometheus.wait_for(&format!("timestamp({COUNTER} < 500)"), |_| true);
    prometheus.wait_for(&format!("timestamp({COUNTER})"), |time| time > restarted);
    let samples = prometheus.query(&format!("{COUNTER}[10m]"), None).unwrap();
    let samples = samples["values"].as_array().unwrap();
    let values: Vec<f64> = samples.iter().map(|sample| parse(&sample[1]).unwrap()).collect();
    // As in increase(): after a fall, all of the value is new.
    let increase = |pair: &[f64]| if pair[1] < pair[0] { pair[1] } else { pair[1] - pair[0] };
    assert_eq!(values.windows(2).map(increase).sum::<f64>(), 500.0, "{values:?}");
}

#[test]
fn prometheus_accepts_every_sample_of_any_files() {
    if !is_installed("prometheus") {
        return;
    }
    let directory = TempDir::new().unwrap();
    for (number, path) in vectors().enumerate() {
        fs::copy(path, directory.path().join(format!("mmstats-{number}"))).unwrap();
    }
    odd(directory.path());
    let server = mmash(directory.path());
    let text = server.get("/metrics").body;
    let samples = text.lines().filter(|line| !line.starts_with('#')).count();
    assert!(samples > 50, "{text}");
    let prometheus = Prometheus::start(&[("files", server.address)]);
    prometheus.wait_for("up{job='files'}", |up| up == 1.0);
    prometheus.wait_for("scrape_samples_scraped", |number| number == samples as f64);
    prometheus.wait_for("U__a__b", f64::is_infinite);
    let keys = "exported___x='1',exported_cmd='2',exported_exported_cmd='3',exported_le='4'";
    let keys = format!("{keys},U__my_2d_key='5',exported_quantile='6'");
    prometheus.wait_for(&format!("series{{{keys}}}"), |number| number == 7.0);
    prometheus.wait_for(r#"series{a="\"\\\n"}"#, |number| number == 8.0);
    prometheus.wait_for("series_{U__gr_f6__df_e='{}'}", |number| number == 9.0);
}
