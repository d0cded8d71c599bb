//! Cluster and node of the last packet are those of the next one.

use std::thread;

use apmon::{ApMon, params};

use crate::receiver::Receiver;

fn names_of(receiver: &Receiver) -> (String, String) {
    let datagram = receiver.packet();
    let packet = datagram.packet();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(packet.cluster), text(packet.node))
}

#[test]
fn names_are_remembered_as_in_the_originals() {
    let receiver = Receiver::start();
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
    let apmon = builder.cluster("Shop").node("web-1").start().unwrap();
    let send = || apmon.send(params!["n" => 1]).unwrap();
    let next = || {
        let (cluster, node) = names_of(&receiver);
        format!("{cluster} {node}")
    };
    send();
    assert_eq!(next(), "Shop web-1");
    apmon.send_to("Tier2_Jobs", "", params!["n" => 1]).unwrap();
    assert_eq!(next(), "Tier2_Jobs ");
    send();
    assert_eq!(next(), "Tier2_Jobs ");
    apmon.packet("Ámbito", "nodo").params(params!["n" => 1]).send().unwrap();
    assert_eq!(next(), "Ámbito nodo");
    send();
    assert_eq!(next(), "Ámbito nodo");
}

#[test]
fn the_first_names_are_those_of_the_originals() {
    let receiver = Receiver::start();
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
    builder.start().unwrap().send(params!["n" => 1]).unwrap();
    let (cluster, node) = names_of(&receiver);
    assert_eq!(cluster, "ApMon_UserSend");
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert!(node == host.trim() || node.starts_with(&format!("{}.", host.trim())), "{node}");
}

/// They change as one: no packet has the cluster of one and the node of another.
#[test]
fn names_of_threads_are_never_mixed() {
    const THREADS: usize = 4;
    const PACKETS: usize = 40;
    let receiver = Receiver::start();
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
    let apmon = builder.cluster("0").node("0").max_rate(10_000).start().unwrap();
    let (apmon, mut count) = (&apmon, 0);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                let name = thread.to_string().repeat(10 * thread + 1);
                for _ in 0..PACKETS / 2 {
                    apmon.send_to(&name, &name, params!["n" => 1]).unwrap();
                    apmon.send(params!["n" => 2]).unwrap();
                }
            });
        }
    });
    for datagram in receiver.packets() {
        let packet = datagram.packet();
        assert_eq!(packet.cluster, packet.node);
        count += 1;
    }
    assert_eq!(count, THREADS * PACKETS);
}
