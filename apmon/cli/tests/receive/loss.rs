//! What sequence numbers say about packets.

use std::net::UdpSocket;
use std::process::Stdio;

use crate::packets::{encoded, numbered};
use crate::receiver::{Counts, Receiver};

/// Lost, late, repeated, renumbered.
fn losses(counts: &Counts) -> [i64; 4] {
    ["lost", "late", "repeated", "renumbered"].map(|label| counts[label])
}

#[test]
fn gaps_repetitions_and_new_numberings_are_counted() {
    let receiver = Receiver::start(&[]);
    for (numbers, expected) in [
        (&[1, 2, 5][..], [2, 0, 0, 0]),
        (&[4], [-1, 1, 0, 0]),
        (&[4, 5, 1], [0, 0, 3, 0]),
        (&[100_005], [99_999, 0, 0, 0]),
        (&[1, 2], [0, 0, 0, 1]),
        (&[1_500_000_000], [0, 0, 0, 1]),
        (&[1_999_999_998, 1_999_999_999, 0, 2], [1, 0, 0, 1]),
        // The current C++ sender.
        (&[32_000], [31_997, 0, 0, 0]),
        (&[-32_000], [1_535, 0, 0, 0]),
        (&[-31_999, -1, 0], [31_997, 0, 0, 0]),
    ] {
        let packets: Vec<_> = numbers.iter().map(|number| numbered(7, *number)).collect();
        assert_eq!(losses(&receiver.counts_of(&packets)), expected, "{numbers:?}");
    }
}

#[test]
fn the_16_bits_of_a_sender_wrap_without_a_loss() {
    let receiver = Receiver::start(&[]);
    let numbers = (32_700..=32_767).chain(-32_768..=-32_700);
    let packets: Vec<_> = numbers.map(|number| numbered(7, number)).collect();
    assert_eq!(losses(&receiver.counts_of(&packets)), [0; 4]);
}

#[test]
fn each_address_port_and_instance_numbers_for_itself() {
    let receiver = Receiver::start(&[]);
    let counts = receiver.counts_of(&[numbered(1, 1), numbered(2, 50), numbered(1, 2)]);
    assert_eq!((losses(&counts), counts["senders"]), ([0; 4], 2));
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.send_to(&numbered(1, 99), receiver.udp[0]).unwrap();
    let counts = receiver.until_all_counted(4);
    assert_eq!((losses(&counts), counts["senders"]), ([0; 4], 3));
    // Without numbers, it is no sender.
    let counts = receiver.counts_of(&[encoded(None)]);
    assert_eq!((counts["shown"], counts["senders"]), (1, 0));
}

#[test]
fn rejected_packets_are_no_senders() {
    let receiver = Receiver::start(&["--allow", "192.0.2.1"]);
    let counts = receiver.counts_of(&[numbered(1, 1), numbered(1, 5)]);
    assert_eq!((losses(&counts), counts["senders"]), ([0; 4], 0));
}

#[test]
fn silent_senders_are_forgotten() {
    let receiver = Receiver::start(&["--expire", "1s"]);
    receiver.counts_of(&[numbered(1, 1)]);
    receiver.until(|counts| counts["senders"] == 0);
    let counts = receiver.counts_of(&[numbered(1, 50)]);
    assert_eq!((losses(&counts), counts["senders"]), ([0; 4], 1));
}

/// As if every packet came from another program.
#[test]
fn at_most_a_hundred_thousand_senders_are_known() {
    let receiver = Receiver::start_into(&[], Stdio::null());
    let packets: Vec<_> = (0..101_000).map(|instance| numbered(instance, 1)).collect();
    assert_eq!(receiver.counts_of(&packets)["senders"], 100_000);
    // The first is forgotten, the last isn't.
    let counts = receiver.counts_of(&[numbered(0, 5), numbered(100_999, 5)]);
    assert_eq!(losses(&counts), [3, 0, 0, 0]);
}
