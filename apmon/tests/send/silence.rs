//! A name server that never answers.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::net::UdpSocket;
use std::thread;
use std::time::{Duration, Instant};

use apmon::{ApMon, params};
use mmstats_testing::TIMEOUT;
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::namespace::own_network;
use mmstats_testing::required::succeeds;

use crate::receiver::Receiver;

/// What the system's resolver waits for a name server, at least.
const LOOKUP: Duration = Duration::from_secs(5);
/// Makes the file its first argument names the system's list of name servers.
const WITH_NAME_SERVERS: &str = "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";

/// Sends to a name, in a network where a name server listens and says nothing.
#[test]
#[ignore = "a program that a test starts"]
fn program() {
    play(|_| {
        let mut report = String::new();
        let name_server = UdpSocket::bind("127.0.0.1:53").unwrap();
        name_server.set_read_timeout(Some(TIMEOUT)).unwrap();
        let (receiver, named) = (Receiver::start(), Receiver::start());
        let began = Instant::now();
        let builder = ApMon::builder().destination("nobody.example").unwrap();
        let builder = builder.destination(&receiver.destination()).unwrap();
        // No address as the standard library parses them, but the resolver needs no server for it.
        let of_name = format!("127.1:{}", named.port());
        let apmon = builder.destination(&of_name).unwrap().start().unwrap();
        // The look-up is under way.
        name_server.recv(&mut [0; 512]).unwrap();
        for _ in 0..50 {
            apmon.send(params!["n" => 1]).unwrap();
        }
        write!(report, "{} arrived", receiver.packets().len()).unwrap();
        (0..50).for_each(|_| drop(named.packet()));
        write!(report, ", and at the other name").unwrap();
        // A packet is counted right after it is sent.
        while apmon.counts().sent < 100 && began.elapsed() < LOOKUP {
            thread::yield_now();
        }
        let counts = apmon.counts();
        write!(report, ", {} sent, {} wait", counts.sent, counts.waiting).unwrap();
        let error = apmon.connect(Duration::from_millis(10)).unwrap_err();
        write!(report, ", {error}").unwrap();
        drop(apmon);
        // Long before the look-up is.
        write!(report, ", over in time: {}", began.elapsed() < LOOKUP).unwrap();
        report
    });
}

#[test]
fn a_name_server_that_never_answers_delays_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let servers = directory.path().join("resolv.conf");
    fs::write(&servers, "nameserver 127.0.0.1\n").unwrap();
    let command = || {
        let mut command = own_network()?;
        command.args(["unshare", "--mount", "--", "sh", "-c", WITH_NAME_SERVERS]).arg(&servers);
        Some(command)
    };
    if !command().is_some_and(|mut command| succeeds(command.arg("true"))) {
        return;
    }
    let mut command = command().unwrap();
    command.arg(env::current_exe().unwrap());
    let mut program = Actor::start_by(command, "silence::program");
    let expected = "50 arrived, and at the other name, 100 sent, 50 wait, \
                    nobody.example:8884: no address is known, over in time: true";
    assert_eq!(program.ask("send"), expected);
}
