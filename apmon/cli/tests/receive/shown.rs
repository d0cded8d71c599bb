//! What is shown of packets.

use std::net::UdpSocket;
use std::process::Stdio;

use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::packets::{encoded, numbered, vectors};
use crate::receiver::{Receiver, command};

/// The keys of the vectors that are no part of the packet.
const ABOUT: [&str; 3] = ["sender", "note", "password"];

#[test]
fn every_packet_of_real_senders_is_shown_unless_it_is_broken() {
    let mut receiver = Receiver::start(&["-o", "json"]);
    let vectors = vectors();
    let packets: Vec<_> = vectors.iter().map(|(_, bytes, _)| bytes.clone()).collect();
    let counts = receiver.counts_of(&packets);
    assert_eq!((counts["accepted"], counts["rejected.malformed"]), (14, 3));
    let from = receiver.sends_from().to_string();
    let (code, shown) = receiver.end(Signal::SIGTERM);
    assert_eq!(code, Some(0));
    let mut lines = shown.lines();
    for (name, bytes, mut expected) in vectors {
        if !expected["error"].is_null() {
            continue;
        }
        let mut line: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        let line = line.as_object_mut().unwrap();
        assert_eq!(line.remove("from"), Some(from.as_str().into()), "{name}");
        let at = line.remove("received").unwrap().as_f64().unwrap();
        assert!((1.7e9..1e11).contains(&at), "{name}: {at}");
        let expected = expected.as_object_mut().unwrap();
        for key in ABOUT {
            expected.remove(key);
        }
        assert_eq!(expected["bytes"], bytes.len(), "{name}");
        assert_eq!(line, expected, "{name}");
    }
    assert_eq!(lines.next(), None);
    assert!(!shown.contains("secret") && !shown.contains("cpppw"), "{shown}");
}

#[test]
fn a_packet_is_a_line_of_text() {
    let mut receiver = Receiver::start(&[]);
    receiver.counts_of(&[numbered(7, 1), encoded(None)]);
    let line = "Shop web-1 orders=17 load=0.5\n";
    assert_eq!(receiver.end(Signal::SIGTERM), (Some(0), line.repeat(2)));
}

#[test]
fn ipv4_and_ipv6_are_received_and_mapped_addresses_are_ipv4() {
    let directory = TempDir::new().unwrap();
    let mut command = command(directory.path());
    for address in ["127.0.0.1:0", "[::1]:0", "[::]:0"] {
        command.args(["--udp", address]);
    }
    let mut receiver = Receiver::of(command.args(["-o", "json"]).stdout(Stdio::piped()), directory);
    let senders = ["127.0.0.1:0", "[::1]:0", "127.0.0.1:0"].map(|it| UdpSocket::bind(it).unwrap());
    let mut to = receiver.udp.clone();
    // To the socket of both families over IPv4.
    to[2] = ([127, 0, 0, 1], to[2].port()).into();
    for (sender, to) in senders.iter().zip(to) {
        let before = receiver.counts()["shown"];
        sender.send_to(&numbered(7, 1), to).unwrap();
        receiver.until(|counts| counts["shown"] == before + 1);
    }
    assert_eq!(receiver.counts()["senders"], 3);
    let (_, shown) = receiver.end(Signal::SIGTERM);
    let from = shown.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let from: Vec<_> = from.map(|line| line["from"].as_str().unwrap().to_owned()).collect();
    let expected = senders.map(|sender| sender.local_addr().unwrap().to_string());
    assert_eq!(from, expected);
}

/// Although more waits than the pipe holds, and nobody reads it yet.
#[test]
fn what_was_received_is_shown_before_the_end() {
    for (signal, code) in [(Signal::SIGTERM, 0), (Signal::SIGHUP, 0), (Signal::SIGINT, 130)] {
        let mut receiver = Receiver::start(&[]);
        let packets: Vec<_> = (0..4_000).map(|sequence| numbered(7, sequence)).collect();
        receiver.send_all(&packets);
        assert!(receiver.counts()["waiting"] > 0);
        let (found, shown) = receiver.end(signal);
        assert_eq!((found, shown.lines().count()), (Some(code), 4_000), "{signal}");
    }
}
