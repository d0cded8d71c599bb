//! System calls and allocations of a send: once warm, one `sendto` for each packet and destination,
//! and no allocation.

use std::mem::ManuallyDrop;
use std::net::UdpSocket;
use std::time::{Duration, SystemTime};

use apmon::{ApMon, Parameter, RateLimit, SendError, Sent, params};
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::os::allocator::{self, Counting};
use mmstats_testing::os::fork::run_in_child;
use mmstats_testing::required::requires;
use mmstats_testing::seccomp;
use nix::libc::{SYS_exit_group, SYS_sendto, c_long};
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Few enough rounds that a socket buffers all their packets.
const ROUNDS: usize = 5;
const DESTINATIONS: usize = 2;

type Send = fn(&ApMon) -> Result<Sent, SendError>;

/// Each with how many packets it sends.
const SENDS: [(Send, usize); 8] = [
    (|apmon| apmon.send(params!["n" => 1]), 1),
    (|apmon| apmon.send(params!["orders" => 17, "state" => "open", "load" => 0.5]), 1),
    (|apmon| apmon.send_to("cluster", "node", params!["n" => 1]), 1),
    (|apmon| apmon.send_to("cluster", "node", params!["n" => 1]), 1),
    (|apmon| apmon.send_to("Tier2_Jobs", "job.17", params!["n" => 1]), 1),
    (|apmon| apmon.packet("c", "n").at(time()).params(params!["n" => 1]).send(), 1),
    (|apmon| apmon.send(params!["wrong" => f64::NAN, "" => 2, "n" => 1]), 1),
    (|apmon| apmon.send([Parameter::new("a parameter", 0.5); 100]), 3),
];

fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_413_404_125)
}

fn packets() -> usize {
    SENDS.iter().map(|(_, packets)| packets).sum()
}

fn rounds(apmon: &ApMon, rounds: usize) {
    for _ in 0..rounds {
        for (number, (send, packets)) in SENDS.iter().enumerate() {
            assert_eq!(send(apmon).unwrap().packets, *packets, "send {number}");
        }
    }
}

/// A sender to these ports, which has sent once.
fn warm(ports: &str, stats: bool) -> ApMon {
    let mut builder = ApMon::builder().max_rate(1_000).stats(stats);
    for port in ports.split(',') {
        builder = builder.destination(&format!("127.0.0.1:{port} secret")).unwrap();
    }
    let apmon = builder.start().unwrap();
    rounds(&apmon, 1);
    apmon
}

/// A sender that drops everything: its queue is full, and its destination never has an address.
fn dropping(stats: bool) -> ApMon {
    let builder = ApMon::builder().stats(stats).rate_limit(RateLimit::Queue(1));
    let apmon = builder.destination("nobody..invalid").unwrap().start().unwrap();
    rounds(&apmon, 1);
    assert_eq!(apmon.counts().waiting, 1);
    apmon
}

/// `WHAT STATS PORTS`
fn answer(line: &str) -> String {
    let words: Vec<_> = line.split(' ').collect();
    let (what, stats, ports) = (words[0], words[1] == "stats", words[2]);
    match what {
        "allocations" => {
            let apmon = warm(ports, stats);
            let sending = allocator::calls(|| rounds(&apmon, ROUNDS));
            let own = allocator::calls(|| drop(Box::new(1)));
            format!("{sending}, {own}")
        }
        "confined" => confined(&[SYS_sendto, SYS_exit_group], || warm(ports, stats)),
        "too_confined" => confined(&[SYS_exit_group], || warm(ports, stats)),
        "dropping_allocations" => {
            let apmon = dropping(stats);
            allocator::calls(|| rounds(&apmon, ROUNDS)).to_string()
        }
        "dropping_confined" => confined(&[SYS_exit_group], || dropping(stats)),
        _ => panic!("nothing is called {what}"),
    }
}

/// Sends in a child that is killed at any system call but these, and returns how it ended.
fn confined(allowed: &[c_long], sender: impl FnOnce() -> ApMon) -> String {
    const NO_FILTER: i32 = 1;
    let end = run_in_child(|| {
        let apmon = ManuallyDrop::new(sender());
        seccomp::allow_only(allowed).unwrap();
        rounds(&apmon, ROUNDS);
    });
    match end {
        WaitStatus::Exited(_, 0) => "sent".to_owned(),
        WaitStatus::Exited(_, NO_FILTER) => "no filter".to_owned(),
        WaitStatus::Signaled(_, Signal::SIGSYS, _) => "killed".to_owned(),
        other => format!("{other:?}"),
    }
}

/// What a program answers, and how many packets each destination received.
fn ask(what: &str) -> (String, [usize; DESTINATIONS]) {
    let receivers = [(); DESTINATIONS].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let mut program = Actor::start_with("sender", &[("MMSTATS_PATH", path)]);
    let ports = receivers.each_ref().map(|it| it.local_addr().unwrap().port().to_string());
    let answer = program.ask(&format!("{what} {}", ports.join(",")));
    let count = |receiver: UdpSocket| {
        receiver.set_nonblocking(true).unwrap();
        std::iter::from_fn(|| receiver.recv(&mut [0]).ok()).count()
    };
    (answer, receivers.map(count))
}

#[test]
#[ignore = "a program that the tests start"]
fn sender() {
    play(answer);
}

#[test]
fn once_warm_nothing_is_allocated() {
    for what in ["allocations plain", "allocations stats"] {
        let (answer, received) = ask(what);
        assert_eq!(answer, "0, 2", "{what}");
        assert_eq!(received, [(1 + ROUNDS) * packets(); DESTINATIONS], "{what}");
    }
}

#[test]
fn a_packet_that_is_dropped_costs_neither() {
    for stats in ["plain", "stats"] {
        assert_eq!(ask(&format!("dropping_allocations {stats}")).0, "0", "{stats}");
        let (answer, _) = ask(&format!("dropping_confined {stats}"));
        if requires(answer != "no filter", "system calls can't be forbidden here") {
            assert_eq!(answer, "sent", "{stats}");
        }
    }
}

/// The clocks are read in the process (vDSO), as on every usual machine.
#[test]
fn a_packet_is_one_system_call_for_each_destination() {
    for stats in ["plain", "stats"] {
        let (answer, received) = ask(&format!("confined {stats}"));
        if !requires(answer != "no filter", "system calls can't be forbidden here") {
            return;
        }
        assert_eq!(answer, "sent", "{stats}");
        // As many as packets, so each was one call.
        assert_eq!(received, [(1 + ROUNDS) * packets(); DESTINATIONS], "{stats}");
        assert_eq!(ask(&format!("too_confined {stats}")).0, "killed", "{stats}");
    }
}
