//! Forked children, also while other threads send, in a program of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use apmon::wire::Numbering;
use apmon::{ApMon, Builder, Counts, Parameter, RateLimit, Value, params};
use mmstats_testing::TIMEOUT;
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::os::fork::in_child;

use crate::receiver::{Datagram, Receiver};

const THREADS: usize = 3;
/// Sent by the parent and not yet arrived: as many as a socket certainly buffers.
const IN_FLIGHT: u64 = 100;
/// What the threads of the parent name their packets.
const NAMES: [&str; 3] = ["a", "some cluster", "a far longer name of a cluster"];

#[test]
#[ignore = "a program that the tests start"]
fn program() {
    play(|what| {
        let receiver = Receiver::start();
        let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
        let (what, children) = what.split_once(' ').unwrap_or((what, "0"));
        let (rate, limit) = match what {
            "sending" => (1_000_000, RateLimit::default()),
            "queueing" => (1, RateLimit::Queue(3)),
            "dropping" => (1, RateLimit::Drop),
            _ => (10, RateLimit::default()),
        };
        let builder = builder.cluster(NAMES[0]).node(NAMES[0]).max_rate(rate).rate_limit(limit);
        match what {
            "generations" => generations(&builder.start().unwrap(), &receiver),
            "drops" => drops(builder.start().unwrap(), &receiver),
            "drains" => drains(&builder.start().unwrap(), &receiver),
            _ => while_others_send(builder, &receiver, children.parse().unwrap()),
        }
        "done".to_owned()
    });
}

fn while_others_send(builder: Builder, receiver: &Receiver, children: i32) {
    let (ended, arrived) = (AtomicBool::new(false), AtomicU64::new(0));
    let packets = thread::scope(|scope| {
        let reader = scope.spawn(|| receive(receiver, &arrived));
        let apmon = builder.start().unwrap();
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| send_on(&apmon, &ended, &arrived));
            }
            let _end = End(&ended);
            let ends: Vec<_> = (0..children).map(|child| one_child(&apmon, child)).collect();
            assert!(ends.iter().all(|end| *end == 0), "{ends:?}");
        });
        drop(apmon);
        receiver.end();
        reader.join().unwrap()
    });
    let (of_children, of_parent): (Vec<_>, Vec<_>) =
        packets.into_iter().partition(|packet| packet.child.is_some());
    check_parent(&of_parent);
    assert!(of_children.iter().filter_map(|packet| packet.child).eq(0..children));
    assert!(of_children.iter().all(|packet| packet.numbering.sequence == 1));
    let mut instances: BTreeSet<_> =
        of_children.iter().map(|packet| packet.numbering.instance).collect();
    instances.insert(of_parent[0].numbering.instance);
    assert_eq!(instances.len(), children as usize + 1);
}

/// Ends the threads that send, even if a child hung.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn one_child(apmon: &ApMon, child: i32) -> i32 {
    in_child(|| {
        assert_eq!(apmon.counts(), Counts::default());
        apmon.send(params!["child" => child]).unwrap();
        (apmon.counts().sent, apmon.counts().packets()) == (1, 1)
    })
}

/// Its packets come from several threads, so not in order.
fn check_parent(packets: &[Packet]) {
    let instance = packets[0].numbering.instance;
    assert!(packets.iter().all(|packet| packet.numbering.instance == instance));
    let mut sequences: Vec<_> = packets.iter().map(|packet| packet.numbering.sequence).collect();
    sequences.sort_unstable();
    assert!(sequences.into_iter().eq(1..=packets.len() as i32));
}

/// Sends until the children have ended, under names that change.
fn send_on(apmon: &ApMon, ended: &AtomicBool, arrived: &AtomicU64) {
    let began = Instant::now();
    for name in NAMES.iter().cycle() {
        if ended.load(Ordering::Relaxed) || began.elapsed() > TIMEOUT {
            return;
        }
        for _ in 0..10 {
            apmon.send_to(name, name, params!["parent" => 1]).unwrap();
        }
        thread::sleep(Duration::from_micros(50));
        while apmon.counts().sent > arrived.load(Ordering::Relaxed) + IN_FLIGHT
            && began.elapsed() < TIMEOUT
        {
            thread::yield_now();
        }
    }
}

/// What a packet says.
struct Packet {
    numbering: Numbering,
    /// The number of the child, if it is of one.
    child: Option<i32>,
}

/// Receives until the end, and counts the parent's packets.
fn receive(receiver: &Receiver, arrived: &AtomicU64) -> Vec<Packet> {
    let mut packets = Vec::new();
    while let Some(datagram) = receiver.next() {
        let packet = Packet::from(&datagram);
        arrived.fetch_add(u64::from(packet.child.is_none()), Ordering::Relaxed);
        packets.push(packet);
    }
    packets
}

impl From<&Datagram> for Packet {
    fn from(datagram: &Datagram) -> Self {
        let packet = datagram.packet();
        assert_eq!(packet.cluster, packet.node, "names aren't mixed");
        assert!(NAMES.iter().any(|name| name.as_bytes() == packet.cluster));
        let child = match packet.parameters[..] {
            [Parameter { name: b"child", value: Value::I32(child) }] => Some(child),
            [Parameter { name: b"parent", value: Value::I32(_) }] => None,
            _ => panic!("{packet:?}"),
        };
        Self { numbering: datagram.numbering(), child }
    }
}

/// The instances of all packets so far, each with how many there were.
fn instances(receiver: &Receiver) -> BTreeMap<i32, i32> {
    let mut instances = BTreeMap::new();
    for datagram in receiver.packets() {
        let Numbering { instance, sequence } = datagram.numbering();
        let count = instances.entry(instance).or_default();
        *count += 1;
        assert_eq!(sequence, *count);
    }
    instances
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

fn send(apmon: &ApMon) {
    apmon.send(params!["parent" => 1]).unwrap();
}

/// Each is a child of the one before it.
fn generations(apmon: &ApMon, receiver: &Receiver) {
    fn generation(apmon: &ApMon, left: u32) -> bool {
        let files = open_files();
        assert_eq!(apmon.counts(), Counts::default());
        (0..2).for_each(|_| send(apmon));
        assert_eq!(apmon.counts().sent, 2);
        // Not those of its ancestors, too.
        assert_eq!(open_files(), files);
        left == 0 || in_child(|| generation(apmon, left - 1)) == 0
    }
    assert!(generation(apmon, 4));
    let packets = receiver.packets();
    let senders: BTreeSet<_> =
        packets.iter().map(|packet| (packet.numbering().instance, packet.1)).collect();
    let [instances, sockets]: [BTreeSet<_>; 2] = [
        senders.iter().map(|(instance, _)| instance.to_string()).collect(),
        senders.iter().map(|(_, socket)| socket.to_string()).collect(),
    ];
    assert_eq!((packets.len(), senders.len(), instances.len(), sockets.len()), (10, 5, 5, 5));
    assert!(packets.iter().map(|packet| packet.numbering().sequence).eq([1, 2].repeat(5)));
}

/// A child that drops its sender sends nothing of its parent's queue, and takes nothing of it away.
fn drops(apmon: ApMon, receiver: &Receiver) {
    let mut apmon = Some(apmon);
    (0..128).for_each(|_| send(apmon.as_ref().unwrap()));
    for sends in [0, 1] {
        let child = in_child(|| {
            let apmon = apmon.take().unwrap();
            (0..sends).for_each(|_| send(&apmon));
            let began = Instant::now();
            drop(apmon);
            // It needn't wait for anything.
            began.elapsed() < Duration::from_secs(1)
        });
        assert_eq!(child, 0);
    }
    let apmon = apmon.unwrap();
    assert_eq!(apmon.flush(TIMEOUT), 0);
    assert_eq!(apmon.counts().sent, 128);
    let mut counts: Vec<_> = instances(receiver).into_values().collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 128]);
}

/// A child has none of its parent's threads.
fn drains(apmon: &ApMon, receiver: &Receiver) {
    let burst = || (0..128).for_each(|_| send(apmon));
    burst();
    assert_eq!(apmon.flush(TIMEOUT), 0);
    assert_eq!(instances(receiver).into_values().collect::<Vec<_>>(), [128]);
    let child = in_child(|| {
        burst();
        assert!(apmon.counts().waiting > 0);
        apmon.flush(TIMEOUT) == 0 && apmon.counts().sent == 128
    });
    assert_eq!(child, 0);
    assert_eq!(instances(receiver).into_values().collect::<Vec<_>>(), [128]);
}

fn play_all(whats: &[&str]) {
    let mut program = Actor::start("forks::program");
    for what in whats {
        assert_eq!(program.ask(what), "done", "{what}");
    }
}

#[test]
fn a_thousand_children_send_by_themselves_while_others_send() {
    play_all(&["sending 1000"]);
}

#[test]
fn children_of_a_sender_that_is_at_its_limit_begin_anew() {
    play_all(&["queueing 200", "dropping 200"]);
}

#[test]
fn a_child_of_a_child_sends_by_itself() {
    play_all(&["generations"]);
}

#[test]
fn a_child_may_drop_its_sender() {
    play_all(&["drops"]);
}

#[test]
fn a_child_sends_what_it_queues() {
    play_all(&["drains"]);
}
