//! Nodes of a site, and what they send.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use apmon::{ApMon, Parameter, RateLimit};
use serde_json::Value;

pub const NODES: u32 = 50;
pub const CLUSTERS: [&str; 3] = ["Tier1", "Tier2_North", "Tier2_South"];
/// How often each node sends, far below the receiver's `--expire`.
const INTERVAL: Duration = Duration::from_millis(100);

#[derive(Clone, Debug)]
pub struct Node {
    pub number: u32,
    pub cluster: &'static str,
    /// Each cluster has nodes of the same names.
    pub name: String,
}

/// What a host reports, as numbers that any sum of nodes has exactly.
pub struct Figure {
    pub name: &'static str,
    value: fn(&Node, u32) -> Given,
}

pub enum Given {
    Integer(u32),
    Float(f64),
    Text(String),
}

/// All nodes, sorted by cluster and name.
pub fn nodes() -> Vec<Node> {
    let node = |number: u32| {
        let (name, cluster) = (number / 3 + 1, number as usize % CLUSTERS.len());
        Node { number, cluster: CLUSTERS[cluster], name: format!("wn{name:03}") }
    };
    let mut nodes: Vec<_> = (0..NODES).map(node).collect();
    nodes.sort_by(|a, b| (a.cluster, &a.name).cmp(&(b.cluster, &b.name)));
    nodes
}

pub fn figures() -> [Figure; 8] {
    use Given::{Float, Integer, Text};
    let figure = |name, value| Figure { name, value };
    [
        figure("load1", |node, round| Float(f64::from(node.load_eighths(round)) / 8.0)),
        figure("cpu_usage", |node, round| Float(f64::from(node.number + round) + 0.25)),
        figure("mem_used", |node, round| Integer(16_384 + 64 * node.number + round)),
        // Beyond 32 bits.
        figure("total_traffic_in", |node, round| {
            Float(1e13 + f64::from(1_000 * round + node.number))
        }),
        figure("processes", |node, round| Integer(200 + 3 * node.number + round)),
        figure("no_CPUs", |_, _| Integer(64)),
        figure("hostname", |node, _| Text(format!("{}.example.org", node.name))),
        figure("kernel_version", |node, round| Text(format!("6.{round}.{}-generic", node.number))),
    ]
}

impl Node {
    /// Its load in eighths.
    pub fn load_eighths(&self, round: u32) -> u32 {
        100 * round + self.number * self.number
    }
}

impl Figure {
    /// As mmash has it.
    pub fn json(&self, node: &Node, round: u32) -> Value {
        match (self.value)(node, round) {
            Given::Integer(value) => f64::from(value).into(),
            Given::Float(value) => value.into(),
            Given::Text(value) => value.into(),
        }
    }
}

/// Nodes that send again and again, until it is dropped.
pub struct Generator {
    /// A round, and how many nodes it has.
    rounds: Option<Sender<(u32, u32)>>,
    thread: Option<JoinHandle<()>>,
}

impl Generator {
    /// All nodes send the figures of the first round.
    pub fn start(destination: SocketAddr) -> Self {
        let (rounds, next) = channel();
        let thread = thread::spawn(move || send_all(destination, &next));
        Self { rounds: Some(rounds), thread: Some(thread) }
    }

    /// From now on the first so many nodes send the figures of this round; the others are silent.
    pub fn next(&self, round: u32, nodes: u32) {
        self.rounds.as_ref().unwrap().send((round, nodes)).expect("the nodes still send");
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.rounds = None;
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking());
    }
}

fn send_all(destination: SocketAddr, next: &Receiver<(u32, u32)>) {
    let apmon = ApMon::builder().destination(&destination.to_string()).unwrap();
    let apmon = apmon.max_rate(10_000).rate_limit(RateLimit::Drop).start().unwrap();
    let (nodes, figures) = (nodes(), figures());
    let (mut round, mut sending) = (1, NODES);
    loop {
        for node in nodes.iter().filter(|node| node.number < sending) {
            let values = figures.iter().map(|figure| (figure.name, (figure.value)(node, round)));
            let values: Vec<_> = values.collect();
            let parameters = values.iter().map(|(name, value)| match value {
                Given::Integer(value) => Parameter::new(name, *value),
                Given::Float(value) => Parameter::new(name, *value),
                Given::Text(value) => Parameter::new(name, value),
            });
            let parameters: Vec<_> = parameters.collect();
            apmon.send_to(node.cluster, &node.name, parameters).unwrap();
        }
        match next.recv_timeout(INTERVAL) {
            Ok(one) => (round, sending) = one,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
