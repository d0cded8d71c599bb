//! `--publish`: what nodes send is what the tools show.

use std::process::Command;

use apmon::wire::{Header, Numbering, Packet, Parameter, Value};
use mmstats::StatsFile;
use mmstats_testing::command::{Run, run, tool, within};
use mmstats_testing::programs::built;
use nix::sys::signal::Signal;
use serde_json::Value as Json;

use crate::receiver::{Receiver, command};

/// A packet of the cluster "Shop".
pub fn packet(node: &[u8], parameters: Vec<Parameter<'_>>, time: Option<i32>) -> Vec<u8> {
    let numbering = Some(Numbering { instance: 1, sequence: 1 });
    let header = Some(Header { version: b"2.2.4-rsp", password: b"", numbering });
    let packet = Packet { header, cluster: b"Shop", node, parameters, time };
    let mut bytes = Vec::new();
    packet.encode(&mut bytes);
    bytes
}

/// A packet with one parameter.
pub fn with<'a>(node: &str, name: &'a str, value: impl Into<Value<'a>>) -> Vec<u8> {
    packet(node.as_bytes(), vec![Parameter::new(name, value)], None)
}

/// Runs one of the tools in the receiver's directory.
fn with_tool(name: &str, arguments: &[&str], receiver: &Receiver) -> Run {
    let mut tool: Command = tool(built(name));
    run(tool.args(arguments).env("MMSTATS_PATH", receiver.directory()))
}

/// The totals that `slurpstats --sum --by` shows: labels with their values.
#[track_caller]
fn totals(by: &str, receiver: &Receiver) -> Vec<(String, Json)> {
    let shown = with_tool("slurpstats", &["--sum", "--by", by, "-o", "json"], receiver);
    assert_eq!((shown.code, &*shown.stderr), (Some(0), ""));
    let shown: Json = serde_json::from_str(&shown.stdout).unwrap();
    let totals = shown["totals"].as_array().unwrap().iter();
    let own = totals.filter(|total| {
        let name = total["name"].as_str().unwrap();
        ["orders", "state", "apmon.updated"].contains(&name)
    });
    own.map(|total| (total["label"].as_str().unwrap().to_owned(), total["value"].clone())).collect()
}

/// The names of the nodes' files.
fn names(receiver: &Receiver) -> Vec<String> {
    let paths = mmstats::find([receiver.directory()]);
    let files = paths.paths().iter().filter_map(|path| StatsFile::read(path).ok());
    let nodes = files.filter(|file| file.identity().unwrap().struct_name == "ApMonNode");
    nodes.map(|it| it.path().file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn fifty_nodes_are_in_one_view() {
    const TIME: i32 = 1_700_000_000;
    let mut receiver = Receiver::start(&["--publish"]);
    let packets = |orders: i32, state: &'static str, time: i32| {
        let parameters = move |node| {
            vec![Parameter::new("orders", orders + node), Parameter::new("state", state)]
        };
        (0..50).map(move |node| {
            packet(format!("web-{node}").as_bytes(), parameters(node), Some(time + node))
        })
    };
    let all: Vec<_> = packets(0, "closed", TIME)
        .chain(packets(100, "open", TIME + 60))
        .chain(packets(200, "older", TIME))
        .collect();
    let counts = receiver.counts_of(&all);
    assert_eq!((counts["shown"], counts["publish.nodes"]), (150, 50));
    assert_eq!((counts["publish.values"], counts["publish.rejected.older"]), (200, 100));

    let shown = totals("node", &receiver);
    assert_eq!(shown.len(), 150);
    for node in 0..50 {
        for (name, expected) in [
            ("orders", Json::from(f64::from(100 + node))),
            ("state", "open".into()),
            ("apmon.updated", f64::from(TIME + 60 + node).into()),
        ] {
            let label = format!("{name}{{node=\"web-{node}\"}}");
            assert!(shown.contains(&(label, expected)), "{name} {node}: {shown:?}");
        }
    }
    let label = |name: &str| format!("{name}{{cluster=\"Shop\"}}");
    let expected = [
        (label("orders"), Json::from(f64::from(50 * 100 + 49 * 50 / 2))),
        (label("state"), "open".into()),
        (label("apmon.updated"), f64::from(TIME + 60 + 49).into()),
    ];
    assert_eq!(totals("cluster", &receiver), expected);

    // Nothing is shown besides, and nothing stays.
    assert_eq!(receiver.end(Signal::SIGTERM), (Some(0), String::new()));
    assert_eq!(mmstats::find([receiver.directory()]).paths().len(), 0);
}

#[test]
fn packets_are_shown_too_if_a_format_is_given() {
    let mut receiver = Receiver::start(&["--publish", "-o", "text"]);
    let counts = receiver.counts_of(&[with("web-1", "orders", 17)]);
    assert_eq!((counts["shown"], counts["publish.values"]), (1, 1));
    assert_eq!(names(&receiver), ["apmon-Shop-web-1.mmstats"]);
    assert_eq!(receiver.end(Signal::SIGINT), (Some(130), "Shop web-1 orders=17\n".to_owned()));
}

/// As with `>&-`, or when a terminal is closed.
#[test]
fn nobody_needs_to_read_its_stdout() {
    let mut receiver = Receiver::start(&["--publish"]);
    drop(receiver.stdout());
    for number in 1..=2 {
        receiver.counts_of(&[with("web-1", "orders", number)]);
    }
    let expected = ("orders{node=\"web-1\"}".to_owned(), 2.0.into());
    assert!(totals("node", &receiver).contains(&expected));
    assert_eq!(receiver.end(Signal::SIGTERM).0, Some(0));
}

/// Each file takes a descriptor; the soft limit is usually 1,024.
#[test]
fn a_low_soft_limit_of_descriptors_is_raised() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut inner = command(directory.path());
    inner.args(["--udp", "127.0.0.1:0", "--publish"]);
    let mut limited = tool("sh");
    limited.args(["-c", "ulimit -Sn 64; exec \"$@\"", "sh"]);
    let receiver = Receiver::of(&mut within(limited, &inner), directory);
    let packets: Vec<_> = (0..100).map(|node| with(&node.to_string(), "orders", 1)).collect();
    assert_eq!(receiver.counts_of(&packets)["publish.nodes"], 100);
}

#[test]
fn a_silent_node_goes_without_another_packet() {
    let receiver = Receiver::start(&["--publish", "--expire", "1s"]);
    receiver.counts_of(&[with("web-1", "orders", 17)]);
    let counts = receiver.until(|counts| counts["publish.expired"] == 1);
    assert_eq!((counts["publish.nodes"], names(&receiver).len()), (0, 0));
    receiver.send_all(&[with("web-1", "orders", 18)]);
    receiver.until(|counts| counts["publish.expired"] == 2);
}

#[test]
fn hostile_names_and_numbers_of_nodes_are_bounded_and_reported_once() {
    let mut receiver = Receiver::start(&["--publish", "--max-nodes", "3"]);
    let long = "n".repeat(4_096);
    let names_of_nodes =
        ["../../etc", "line\nbreak\x1b[2J", "line_break__2J", &long, &long, "4", "5"];
    let mut packets: Vec<_> = names_of_nodes.iter().map(|node| with(node, "orders", 1)).collect();
    packets.push(packet(b"caf\xe9", vec![Parameter::new("orders", 1)], None));
    let parameters: Vec<_> = (0..1_500).map(|number| format!("p{number}")).collect();
    for some in parameters.chunks(500) {
        let some = some.iter().map(|name| Parameter::new(name, 1)).collect();
        packets.push(packet(b"../../etc", some, None));
    }
    let counts = receiver.counts_of(&packets);
    assert_eq!((counts["shown"], counts["publish.nodes"]), (11, 3));
    assert_eq!((counts["publish.rejected.nodes"], counts["publish.rejected.parameters"]), (5, 501));
    assert_eq!(counts["publish.values"], 3 + 999);
    let mut files = names(&receiver);
    files.retain(|name| !name.starts_with("apmon-Shop-.._.._etc"));
    files.sort();
    assert_eq!(files, ["apmon-Shop-line_break__2J-2.mmstats", "apmon-Shop-line_break__2J.mmstats"]);
    let shown = totals("node", &receiver);
    let expected = ("orders{node=\"line\\nbreak\u{1b}[2J\"}".to_owned(), Json::from(1.0));
    assert!(shown.contains(&expected), "{shown:?}");
    receiver.end(Signal::SIGTERM);
    let reports = receiver.reports();
    let cut = format!("node '{}…' of cluster 'Shop': its name takes 4096 bytes", "n".repeat(64));
    for (report, expected) in reports.iter().zip([
        &*cut,
        "node '4' of cluster 'Shop': there are 3 nodes already (--max-nodes); ",
        "node '../../etc' of cluster 'Shop': it has more than 1000 parameters; ",
    ]) {
        assert!(report.starts_with(&format!("apmon: not published: {expected}")), "{reports:?}");
    }
    assert_eq!(reports.len(), 3, "{reports:?}");
}

#[test]
fn after_a_crash_the_files_stay_until_they_are_cleaned_or_made_again() {
    let mut receiver = Receiver::start(&["--publish"]);
    receiver.counts_of(&[with("web-1", "orders", 17), with("web-2", "orders", 4)]);
    receiver.signal(Signal::SIGKILL);
    receiver.ended();
    let files = ["apmon-Shop-web-1.mmstats", "apmon-Shop-web-2.mmstats"];
    assert_eq!(names(&receiver), files);

    // The next one takes the name of the dead file.
    let again = tempfile::TempDir::new_in(receiver.directory()).unwrap();
    let mut command = command(receiver.directory());
    command.args(["--udp", "127.0.0.1:0", "--publish"]).stdout(std::process::Stdio::null());
    let next = Receiver::of(&mut command, again);
    next.send(&with("web-1", "orders", 18));
    let label = r#"orders{cluster="Shop",node="web-1"}"#;
    let began = std::time::Instant::now();
    loop {
        let file = StatsFile::read(receiver.directory().join(files[0]));
        let orders = file.ok().and_then(|file| file.get(label)?.value().as_f64());
        if orders == Some(18.0) {
            break;
        }
        assert!(began.elapsed() < mmstats_testing::TIMEOUT, "{orders:?}");
        std::thread::yield_now();
    }
    let cleaned = with_tool("cleanstats", &[], &receiver);
    assert_eq!(cleaned.code, Some(0), "{}", cleaned.stderr);
    assert_eq!(names(&receiver), files[..1]);
}
