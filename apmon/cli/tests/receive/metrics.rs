//! `--http`: what is published, for Prometheus.

use std::net::SocketAddr;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use apmon::wire::Parameter;
use mmstats_testing::TIMEOUT;
use mmstats_testing::command::tool;
use mmstats_testing::exposition::{assert_open_metrics, assert_text, check};
use mmstats_testing::http::{get, send};
use mmstats_testing::prometheus::Prometheus;
use mmstats_testing::required::is_installed;

use crate::publish::{packet, with};
use crate::receiver::Receiver;

/// The pause between two looks while waiting.
const INTERVAL: Duration = Duration::from_millis(20);

/// One that publishes and serves, and where.
pub fn start(arguments: &[&str]) -> (Receiver, SocketAddr) {
    let arguments = [&["--publish", "--http", "127.0.0.1:0"], arguments].concat();
    let receiver = Receiver::start(&arguments);
    let line = receiver.report();
    let url = line.strip_prefix("apmon: metrics on http://").expect(&line);
    let address = url.strip_suffix("/metrics").expect(&line).parse().unwrap();
    (receiver, address)
}

/// The samples of metrics that begin with this.
fn samples(text: &str, prefix: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.starts_with(prefix));
    lines.map(str::to_owned).collect()
}

#[test]
fn each_number_of_each_node_is_a_sample() {
    let (receiver, address) = start(&[]);
    let parameters = |load| {
        vec![
            Parameter::new("load1", load),
            Parameter::new("net.in", 7),
            Parameter::new("state", "open"),
        ]
    };
    receiver.counts_of(&[
        packet(b"web-1", parameters(0.5), Some(1_700_000_000)),
        packet(b"web-2", parameters(-1.5), Some(1_700_000_060)),
    ]);
    let answer = get(address, "/metrics");
    assert_eq!(answer.status, 200);
    let text = answer.body;
    let mut of_nodes = samples(&text, "apmon_");
    of_nodes.retain(|line| line.contains("node="));
    let expected = [
        r#"apmon_updated_seconds{cluster="Shop",node="web-1"} 1700000000.0"#,
        r#"apmon_updated_seconds{cluster="Shop",node="web-2"} 1700000060.0"#,
        r#"apmon_load1{cluster="Shop",node="web-1"} 0.5"#,
        r#"apmon_load1{cluster="Shop",node="web-2"} -1.5"#,
        r#"apmon_net_in{cluster="Shop",node="web-1",parameter="net.in"} 7.0"#,
        r#"apmon_net_in{cluster="Shop",node="web-2",parameter="net.in"} 7.0"#,
    ];
    assert_eq!(of_nodes, expected, "{text}");
    for line in [
        "apmon_receive_packets_total 2",
        "apmon_receive_rejected_malformed_packets_total 0",
        "apmon_receive_lost_packets 0",
        "apmon_receive_publish_nodes 2",
        "apmon_receive_publish_values_total 6",
        "apmon_metrics_left_out 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
    assert!(!text.contains("sys_") && !text.contains("org_"), "{text}");
    assert_text(&text);
    if is_installed("promtool") {
        assert_eq!(check(&text), (Some(0), String::new()));
    }
    let request =
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: application/openmetrics-text\r\n\r\n";
    let text = send(address, request).unwrap().body;
    assert!(text.ends_with("# EOF\n"));
    assert_open_metrics(&text);
}

#[test]
fn hostile_names_are_escaped_and_take_no_other_s() {
    let (receiver, address) = start(&[]);
    let names = [
        "a.b",
        "a_b",
        "a\nb",
        "a\"}b",
        "receive_packets_total",
        "metrics_left_out",
        "größe",
        "0",
        "x{y=\"z\"}",
    ];
    let parameters = || names.iter().map(|name| Parameter::new(name, 1)).collect();
    receiver
        .counts_of(&[packet(b"n\"\n\\", parameters(), None), packet(b"\xff", parameters(), None)]);
    let text = get(address, "/metrics").body;
    assert_text(&text);
    let of_nodes = text.lines().filter(|line| !line.starts_with('#') && line.contains("node="));
    assert_eq!(of_nodes.count(), 2 * (names.len() + 1), "{text}");
    assert!(text.contains("\napmon_receive_packets_total 2\n"), "{text}");
    assert!(text.contains("\napmon_metrics_left_out 0\n"), "{text}");
}

#[test]
fn what_monitor_sends_passes_promtool() {
    let (receiver, address) = start(&[]);
    let mut command = tool(env!("CARGO_BIN_EXE_apmon"));
    let destination = receiver.udp[0].to_string();
    command.args(["monitor", "-d", &destination, "--interval", "1s", "--node", "wn001"]);
    let mut monitor = command.stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    // With the second sample.
    let text = loop {
        let text = get(address, "/metrics").body;
        if text.contains("\napmon_context_switches_R{") || began.elapsed() > TIMEOUT {
            break text;
        }
        sleep(INTERVAL);
    };
    monitor.kill().unwrap();
    monitor.wait().unwrap();
    let node = r#"cluster="ApMon_SysMon",node="wn001""#;
    for sample in [
        format!("\napmon_context_switches_R{{{node}}} "),
        format!("\napmon_processes{{{node}}} "),
        format!("\napmon_processes_in_state{{{node},state=\"S\"}} "),
    ] {
        assert!(text.contains(&sample), "{sample}: {text}");
    }
    assert_text(&text);
    if is_installed("promtool") {
        assert_eq!(check(&text), (Some(0), String::new()));
    }
}

#[test]
fn a_silent_node_has_no_samples() {
    let (receiver, address) = start(&["--expire", "1s"]);
    receiver.counts_of(&[with("web-1", "orders", 17)]);
    receiver.until(|counts| counts["publish.expired"] == 1);
    let text = get(address, "/metrics").body;
    assert_eq!(samples(&text, "apmon_orders"), [""; 0]);
    assert!(text.contains("\napmon_receive_publish_nodes 0\n"), "{text}");
}

#[test]
fn only_expected_hosts_are_answered() {
    let (_receiver, address) = start(&["--host", "Receiver.example.org"]);
    for (host, expected) in
        [("receiver.example.org:5003", 200), ("localhost", 200), ("other.example.org", 421)]
    {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(send(address, &request).unwrap().status, expected, "{host}");
    }
    assert_eq!(get(address, "/").status, 404);
}

#[test]
fn an_address_in_use_is_an_error() {
    let (_receiver, address) = start(&[]);
    let directory = tempfile::TempDir::new().unwrap();
    let mut command = crate::receiver::command(directory.path());
    command.args(["--udp", "127.0.0.1:0", "--publish", "--http", &address.to_string()]);
    let run = mmstats_testing::command::run(&mut command);
    let expected =
        format!("apmon: can't listen on {address}: Address already in use (os error 98)\n");
    assert_eq!((run.code, run.stderr), (Some(2), expected));
}

#[test]
fn prometheus_scrapes_it() {
    if !is_installed("prometheus") {
        return;
    }
    let (receiver, address) = start(&[]);
    let packets: Vec<_> =
        (0..50).map(|node| with(&format!("web-{node}"), "orders", node)).collect();
    receiver.counts_of(&packets);
    let prometheus = Prometheus::start(&[("apmon", address)]);
    prometheus.wait_for("sum(apmon_orders{cluster=\"Shop\"})", |sum| sum == f64::from(49 * 50 / 2));
    assert_eq!(prometheus.number("apmon_orders{node=\"web-7\"}", None), Some(7.0));
}
