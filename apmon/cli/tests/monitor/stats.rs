//! `--stats`: what programs publish arrives as parameters, and what others sent doesn't come back.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use apmon::wire::{Packet, Parameter, Value};
use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, StatsFile, Text, Timer};
use mmstats_testing::TIMEOUT;
use mmstats_testing::command::{run, tool};
use mmstats_testing::figures::{FigureReceiver, Figures};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::monitor::{Monitor, command};

/// Polls every second, and sends nothing else.
const STATS: [&str; 5] = ["--set", "sys_monitoring=off", "--set", "sys_interval=1", "--stats"];
const NODE: [&str; 4] = ["--stats-cluster", "Shop", "--stats-node", "web-{host}"];

/// A writer of stats, other than the default ones.
fn writer(directory: &TempDir) -> Published<()> {
    let options = Options::dynamic("Shop").path(directory.path()).default_fields(false);
    options.create().unwrap()
}

/// A monitor of the files in a directory, with further arguments.
#[track_caller]
fn monitor(receiver: &FigureReceiver, directory: &Path, arguments: &[&str]) -> Monitor {
    let mut command = command(&["-d", &receiver.destination()]);
    Monitor::of(command.args(STATS).args(arguments).env("MMSTATS_PATH", directory))
}

/// The next packet that is as wanted.
#[track_caller]
fn next_with(receiver: &FigureReceiver, mut is_wanted: impl FnMut(&Figures) -> bool) -> Figures {
    let begun = Instant::now();
    while begun.elapsed() < TIMEOUT {
        let packet = receiver.next();
        if is_wanted(&packet) {
            return packet;
        }
    }
    panic!("no such packet comes");
}

#[test]
fn two_writers_of_a_node_are_added_up() {
    let directory = TempDir::new().unwrap();
    let writers = [writer(&directory), writer(&directory)];
    let orders = writers.each_ref().map(|it| it.add::<Counter>(Counter::named("orders")).unwrap());
    let render: Timer = writers[0].add(Timer::named("render").unit("s")).unwrap();
    let sizes: Histogram = writers[1].add(Histogram::named("sizes")).unwrap();
    let state: Text = writers[0].add(Text::named("state")).unwrap();
    for orders in &orders {
        orders.add(100);
    }
    state.set("open");
    let receiver = FigureReceiver::start();
    let _monitor = monitor(&receiver, directory.path(), &NODE);

    let first = receiver.next();
    let host =
        StatsFile::read(writers[0].path().unwrap()).unwrap().identity().unwrap().host.clone();
    assert_eq!((&*first.cluster, &*first.node), ("Shop", &*format!("web-{host}")));
    assert_eq!((first.numbers["orders"], first.numbers["orders_R"]), (200.0, 0.0));
    assert_eq!(first.texts["state"], "open");
    assert!(!first.has("render") && !first.has("sizes_p50"), "nothing is new: {first:?}");

    (0..4).for_each(|_| render.record(Duration::from_millis(500)));
    (0..4).for_each(|_| sizes.record(3));
    for orders in &orders {
        orders.add(10);
    }
    let packet = next_with(&receiver, |packet| packet.numbers["orders"] == 220.0);
    assert!(packet.numbers["orders_R"] > 0.0, "{packet:?}");
    // They may have been written between two reads of one poll.
    let with_render = |packet: &Figures| packet.has("render");
    let timed = if with_render(&packet) { packet } else { next_with(&receiver, with_render) };
    assert_eq!(timed.numbers["render"], 0.5);
    assert!(timed.numbers["render_count_R"] > 0.0, "{timed:?}");
    state.set("closed");
    let changed = next_with(&receiver, |it| it.texts.get("state").is_some_and(|it| it == "closed"));
    assert_eq!(changed.numbers["orders"], 220.0);
}

#[test]
fn a_writer_that_begins_anew_makes_no_rate_negative() {
    let directory = TempDir::new().unwrap();
    let receiver = FigureReceiver::start();
    let staying = writer(&directory);
    let orders: Counter = staying.add(Counter::named("orders")).unwrap();
    orders.add(1_000);
    let _monitor = monitor(&receiver, directory.path(), &NODE);
    let mut restarted = None;
    for count in [500, 300, 100, 0] {
        // What the one before counted last goes with it.
        drop(restarted.take());
        let writer = writer(&directory);
        let orders: Counter = writer.add(Counter::named("orders")).unwrap();
        orders.add(count);
        restarted = Some((orders, writer));
        next_with(&receiver, |packet| {
            let rate = packet.numbers.get("orders_R");
            assert!(rate.is_some_and(|rate| *rate >= 0.0), "{packet:?}");
            packet.numbers["orders"] == 1_000.0 + count as f64
        });
    }
}

/// A program that is killed when it is dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An `apmon receive --publish` with its address.
fn publisher(directory: &Path) -> (Killed, String) {
    let mut command = tool(env!("CARGO_BIN_EXE_apmon"));
    command.args(["receive", "--udp", "127.0.0.1:0", "--publish"]).env("MMSTATS_PATH", directory);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut publisher = Killed(child);
    let mut lines = BufReader::new(publisher.0.stderr.take().unwrap()).lines();
    let address = lines.find_map(|line| {
        line.unwrap().strip_prefix("apmon: receiving on udp://").map(str::to_owned)
    });
    (publisher, address.expect("it says where it receives"))
}

/// A packet of node web-7 in cluster Shop.
fn packet() -> Vec<u8> {
    let parameters = vec![Parameter { name: b"load", value: Value::F64(0.5) }];
    let packet = Packet { cluster: b"Shop", node: b"web-7", parameters, ..Packet::default() };
    let mut bytes = Vec::new();
    packet.encode(&mut bytes);
    bytes
}

/// How many nodes are published.
fn published(directory: &Path) -> usize {
    let files = mmstats::find([directory]);
    let files = files.paths().iter().filter_map(|path| StatsFile::read(path).ok());
    files.filter(|it| it.identity().is_some_and(|it| it.struct_name == "ApMonNode")).count()
}

#[test]
fn what_was_published_is_never_sent_again() {
    let directory = TempDir::new().unwrap();
    let receiver = FigureReceiver::start();
    let writer = writer(&directory);
    let _orders: Counter = writer.add(Counter::named("orders")).unwrap();
    let (_publisher, address) = publisher(directory.path());
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(&packet(), &address).unwrap();
    // What is sent is published again, beside what another node sends.
    let _monitor = monitor(&receiver, directory.path(), &["-d", &address]);
    let is_of_publisher = |packet: &Figures| packet.has("apmon.receive.packets");
    while published(directory.path()) < 3 {
        next_with(&receiver, is_of_publisher);
    }
    for _ in 0..4 {
        next_with(&receiver, |packet| {
            let names = packet.numbers.keys().chain(packet.texts.keys());
            let published: Vec<_> = names.filter(|name| name.contains("cluster=")).collect();
            assert!(published.is_empty(), "{published:?}");
            is_of_publisher(packet)
        });
    }
    assert_eq!(published(directory.path()), 3, "web-7, this program and the publisher");
}

#[test]
fn a_bad_file_is_reported_and_is_no_error() {
    let directory = TempDir::new().unwrap();
    let receiver = FigureReceiver::start();
    let writer = writer(&directory);
    let _depth: Gauge<u64> = writer.add(Gauge::<u64>::named("depth").initial(7)).unwrap();
    let bad = directory.path().join("bad.mmstats");
    fs::write(&bad, "no stats").unwrap();
    let mut monitor = monitor(&receiver, directory.path(), &[]);
    let report = monitor.report();
    assert!(report.starts_with(&format!("apmon: {}: ", bad.display())), "{report}");
    let packet = receiver.next();
    let identity = StatsFile::read(writer.path().unwrap()).unwrap().identity().unwrap().clone();
    assert_eq!((packet.cluster, packet.node), (identity.command, identity.host));
    assert_eq!(packet.numbers["depth"], 7.0);
    let (code, took) = monitor.end_by(Signal::SIGTERM);
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn a_named_file_that_is_missing_is_reported_at_once() {
    let directory = TempDir::new().unwrap();
    let missing = directory.path().join("missing.mmstats").display().to_string();
    let receiver = FigureReceiver::start();
    // The first packets are due in hours.
    let mut monitor = Monitor::start(&receiver, &["--stats", &missing]);
    let report = monitor.report();
    assert!(report.starts_with(&format!("apmon: {missing}: ")), "{report}");
}

#[test]
fn files_and_globs_are_searched_anew() {
    let directory = TempDir::new().unwrap();
    let elsewhere = TempDir::new().unwrap();
    let receiver = FigureReceiver::start();
    let glob = directory.path().join("[a-z]*.mmstats").display().to_string();
    let arguments = [&glob, NODE[0], NODE[1], NODE[2], NODE[3]];
    let unselected = writer(&elsewhere);
    let _other: Counter = unselected.add(Counter::named("other")).unwrap();
    let _monitor = monitor(&receiver, elsewhere.path(), &arguments);
    let options = Options::dynamic("Shop").path(directory.path()).default_fields(false);
    let new = options.filename("shop.mmstats").create().unwrap();
    let orders: Counter = new.add(Counter::named("orders")).unwrap();
    orders.add(3);
    let packet = receiver.next();
    assert!(packet.has("orders") && !packet.has("other"), "{packet:?}");
}

#[test]
fn wrong_templates_are_errors_of_the_arguments() {
    for (arguments, expected) in [
        (
            &["--stats", "--stats-node", "{node}"][..],
            "unknown {node}, known are {cmd} {host} {pid} {tid}",
        ),
        (&["--stats", "--stats-cluster", ""], "must not be empty"),
        (&["--stats-cluster", "Shop"], "--stats"),
    ] {
        let result = run(command(&["-d", "127.0.0.1"]).args(arguments));
        assert_eq!(result.code, Some(2));
        assert!(result.stderr.contains(expected), "{}", result.stderr);
    }
}
