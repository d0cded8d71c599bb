//! A whole site in one view: what 50 nodes send to one receiver, on mmash.

mod follower;
mod generator;

use std::fmt::Debug;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use mmstats_testing::TIMEOUT;
use mmstats_testing::command::tool;
use mmstats_testing::programs::built;
use mmstats_testing::server::Server;
use serde_json::{Value, json};

use self::follower::Follower;
use self::generator::{CLUSTERS, Figure, Generator, NODES, Node, figures, nodes};
use crate::receiver::Receiver;

/// The pause between two requests while waiting.
const INTERVAL: Duration = Duration::from_millis(10);

/// mmash on a receiver's directory.
fn mmash(directory: &Path) -> Server {
    let mut command = tool(built("mmash"));
    command.args(["--listen", "127.0.0.1:0", "--interval", "0.05", "--glob"]).arg(directory);
    Server::start(command.env("MMSTATS_PATH", directory.join("none")))
}

/// Each series of a figure that mmash has, sorted: its dimensions and value, and how many files it is in.
#[track_caller]
fn series(mmash: &Server, figure: &str) -> Value {
    let answer = mmash.get(&format!("/api/v1/stats?name={figure}")).json();
    let stats = answer["stats"].as_array().unwrap().iter();
    stats.map(|stat| json!([stat["labels"], stat["value"], stat["files"]])).collect()
}

/// The same as it should be: nodes are sorted by cluster, then by name.
fn expected(nodes: &[Node], figure: &Figure, round: u32) -> Value {
    let of = |node: &Node| json!([{"cluster": node.cluster, "node": node.name}, figure.json(node, round), 1]);
    nodes.iter().map(of).collect()
}

/// Asks until the answer is as wanted.
#[track_caller]
fn until<T: PartialEq + Debug>(expected: &T, ask: impl Fn() -> T) {
    let began = Instant::now();
    loop {
        let answer = ask();
        if answer == *expected {
            return;
        }
        assert!(began.elapsed() < TIMEOUT, "{answer:?}\nnot {expected:?}");
        thread::sleep(INTERVAL);
    }
}

/// The sum of a figure over all nodes, with the number of its series and files; and that over the nodes
/// of each cluster.
#[track_caller]
fn sums(mmash: &Server, figure: &str) -> (Value, [f64; 3]) {
    let total = mmash.get(&format!("/api/v1/names/{figure}")).json();
    let series = series(mmash, figure);
    let of = |cluster| {
        let series = series.as_array().unwrap().iter();
        let of_cluster = series.filter(|series| series[0]["cluster"] == cluster);
        of_cluster.map(|series| series[1].as_f64().unwrap()).sum()
    };
    (json!([total["series"], total["stat"]["files"], total["stat"]["value"]]), CLUSTERS.map(of))
}

/// The same of the load as it should be.
fn expected_sums(nodes: &[Node], round: u32) -> (Value, [f64; 3]) {
    let load = |nodes: &mut dyn Iterator<Item = &Node>| -> f64 {
        // Eighths, so that the sums are exact in any order.
        f64::from(nodes.map(|node| node.load_eighths(round)).sum::<u32>()) / 8.0
    };
    let of = |cluster| load(&mut nodes.iter().filter(|node| node.cluster == cluster));
    (json!([nodes.len(), nodes.len(), load(&mut nodes.iter())]), CLUSTERS.map(of))
}

/// Waits until mmash has these nodes' figures, and no others.
#[track_caller]
fn until_shown(mmash: &Server, nodes: &[Node], round: u32) {
    for figure in figures() {
        until(&expected(nodes, &figure, round), || series(mmash, figure.name));
    }
    until(&expected_sums(nodes, round), || sums(mmash, "load1"));
}

#[test]
fn what_fifty_nodes_send_is_on_mmash() {
    let receiver = Receiver::start(&["--publish", "--expire", "2s"]);
    let mmash = mmash(receiver.directory());
    let all = nodes();
    let generator = Generator::start(receiver.udp[0]);
    until_shown(&mmash, &all, 1);

    // A page that is open sees all values change.
    let mut follower = Follower::of(&mmash);
    generator.next(2, NODES);
    follower.until(&all, 2);
    until_shown(&mmash, &all, 2);

    // Half of the nodes of each cluster fall silent.
    generator.next(3, NODES / 2);
    let rest: Vec<_> = all.into_iter().filter(|node| node.number < NODES / 2).collect();
    follower.until(&rest, 3);
    until_shown(&mmash, &rest, 3);
    let counts = receiver.until(|counts| counts["publish.nodes"] == 25);
    assert!(counts["publish.expired"] >= 25, "{counts:?}");
    assert_eq!((counts["rejected.malformed"], counts["publish.rejected.kind"]), (0, 0));
}
