//! What is rejected, and how it is counted.

use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use apmon::wire::{Header, Packet, Parameter};
use mmstats_testing::random::{Random, seed};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::packets::{encoded, numbered, with_password};
use crate::receiver::{Counts, Receiver, command};

/// The reasons for which packets were rejected.
fn reasons(counts: &Counts) -> Vec<(&str, i64)> {
    let rejected = counts.iter().filter_map(|(label, count)| {
        Some((label.strip_prefix("rejected.")?, *count)).filter(|(_, count)| *count != 0)
    });
    rejected.collect()
}

#[test]
fn broken_packets_are_malformed_and_nothing_else_is_lost() {
    let receiver = Receiver::start(&[]);
    let good = numbered(7, 1);
    let mut broken: Vec<_> = (0..good.len()).map(|length| good[..length].to_vec()).collect();
    broken.push([&good[..], b"x"].concat());
    broken.push(vec![0xff; 65_507]);
    broken.push(vec![0; 65_507]);
    let mut random = Random::new(seed());
    broken.extend((0..200).map(|_| {
        let length = random.below(300);
        (0..length).map(|_| random.next() as u8 | 0x80).collect()
    }));
    let counts = receiver.counts_of(&broken);
    assert_eq!(reasons(&counts), [("malformed", broken.len() as i64)]);
    assert_eq!(receiver.counts_of(&[good])["shown"], 1);
}

/// A datagram of IPv4 has up to 65,507 bytes, one of IPv6 up to 65,527; a packet has whole words.
#[test]
fn a_packet_of_the_size_of_a_datagram_is_accepted() {
    for (address, size) in [("127.0.0.1:0", 65_504), ("[::1]:0", 65_524)] {
        let directory = TempDir::new().unwrap();
        let mut command = command(directory.path());
        let receiver =
            Receiver::of(command.args(["--udp", address]).stdout(Stdio::null()), directory);
        let text = "x".repeat(size - 36);
        let parameters = vec![Parameter::new("text", &*text)];
        let packet = Packet { cluster: b"Shop", node: b"web", parameters, ..Packet::default() };
        let mut largest = Vec::new();
        packet.encode(&mut largest);
        assert_eq!(largest.len(), size);
        UdpSocket::bind(address).unwrap().send_to(&largest, receiver.udp[0]).unwrap();
        assert_eq!(receiver.until_all_counted(1)["accepted"], 1, "{address}");
    }
}

#[test]
fn only_packets_with_the_password_are_accepted() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("password");
    fs::write(&file, "secret\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut receiver = Receiver::start(&["-v", "--password-file", file.to_str().unwrap()]);
    let old = Header { version: b"1.6", password: b"secret", numbering: None };
    let right = [with_password(b"secret"), with_password(b" secret "), encoded(Some(old))];
    let counts = receiver.counts_of(&right);
    assert_eq!((counts["shown"], reasons(&counts)), (3, vec![]));
    let guesses = [&b""[..], b"Secret", b"secre", b"secrets", b"guessed"];
    let mut wrong: Vec<_> = guesses.iter().map(|guess| with_password(guess)).collect();
    wrong.push(encoded(None));
    let counts = receiver.counts_of(&wrong);
    assert_eq!((counts["shown"], reasons(&counts)), (0, vec![("password", 6)]));
    assert_eq!(receiver.end(Signal::SIGTERM).0, Some(0));
    let reports = receiver.reports();
    let from = receiver.sends_from();
    assert_eq!(reports, vec![format!("apmon: rejected: {from}: wrong password, or none"); 6]);
}

#[test]
fn only_packets_from_networks_that_are_allowed_are_accepted() {
    let directory = TempDir::new().unwrap();
    let mut command = command(directory.path());
    command.args(["--udp", "127.0.0.1:0", "--udp", "[::1]:0", "--udp", "[::]:0"]);
    command.args(["--allow", "127.0.0.2", "--allow", "127.1.0.0/16"]);
    let receiver = Receiver::of(command.stdout(Stdio::piped()), directory);
    let both = ([127, 0, 0, 1], receiver.udp[2].port()).into();
    let mut sent = 0;
    for (from, to, is_allowed) in [
        ("127.0.0.1:0", receiver.udp[0], false),
        ("127.0.0.2:0", receiver.udp[0], true),
        ("127.1.2.3:0", receiver.udp[0], true),
        ("[::1]:0", receiver.udp[1], false),
        ("127.0.0.1:0", both, false),
        ("127.0.0.2:0", both, true),
    ] {
        let before = receiver.counts();
        UdpSocket::bind(from).unwrap().send_to(&numbered(1, 1), to).unwrap();
        sent += 1;
        let after = receiver.until_all_counted(sent);
        let label = if is_allowed { "accepted" } else { "rejected.address" };
        assert_eq!(after[label], before[label] + 1, "{from} to {to}");
    }
}

#[test]
fn packets_above_the_rate_of_their_address_are_rejected() {
    let receiver = Receiver::start(&["--max-rate", "20"]);
    let packets: Vec<_> = (0..150).map(|sequence| numbered(1, sequence)).collect();
    receiver.while_stopped(|| packets.iter().for_each(|packet| receiver.send(packet)));
    let counts = receiver.until_all_counted(150);
    // All arrive within a batch or two.
    assert!((20..100).contains(&counts["accepted"]), "{counts:?}");
    assert_eq!(reasons(&counts), [("rate", 150 - counts["accepted"])]);
    let other = UdpSocket::bind("127.0.0.2:0").unwrap();
    other.send_to(&packets[0], receiver.udp[0]).unwrap();
    assert_eq!(receiver.until_all_counted(151)["accepted"], counts["accepted"] + 1);
}

#[test]
fn reasons_are_reported_at_most_ten_times_a_second() {
    let mut receiver = Receiver::start(&["--verbose"]);
    let broken = vec![b"\0\0\0\x7fv:2.2".to_vec(); 150];
    receiver.while_stopped(|| broken.iter().for_each(|packet| receiver.send(packet)));
    receiver.until_all_counted(150);
    assert_eq!(receiver.end(Signal::SIGTERM).0, Some(0));
    let reports = receiver.reports();
    assert!((10..60).contains(&reports.len()), "{reports:?}");
    let from = receiver.sends_from();
    let expected = format!(
        "apmon: rejected: {from}: header at byte 0: found a length of 127 bytes, expected at most 4"
    );
    assert_eq!(reports[0], expected);
}
