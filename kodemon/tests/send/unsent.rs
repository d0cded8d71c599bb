//! What can't be sent is counted by reason, and the caller notices nothing.

use std::cell::RefCell;
use std::panic::catch_unwind;
use std::thread;

use kodemon::kodemon;
use mmstats_testing::TIMEOUT;
use mmstats_testing::receiver::Receiver;
use mmstats_testing::required::skip;
use serde::{Serialize, Serializer};

use crate::program::Program;

/// Makes calls whose messages can't be sent and returns the calls' results.
pub fn call(what: &str) -> Option<String> {
    Some(match what {
        "statistics" => statistics(),
        "connect" => connected(),
        "large" => large(&"x".repeat(8_000)),
        "too_large" => large(&"x".repeat(8_192)),
        "faulty" => faulty(),
        "panicking" => panicking(),
        "panicking in a panic" => {
            let panic = catch_unwind(panicking_in_a_panic).unwrap_err();
            (*panic.downcast_ref::<&str>().unwrap()).to_owned()
        }
        "at the end of a thread" => {
            let calls = || {
                AT_END.set(Some(AtEnd));
                small()
            };
            thread::spawn(calls).join().unwrap().to_string()
        }
        "twenty thousand" => (0..20_000).map(|_| small()).sum::<u32>().to_string(),
        _ => return None,
    })
}

/// The counts other than 0.
fn statistics() -> String {
    let statistics = kodemon::statistics();
    let counts = [
        ("sent", statistics.sent),
        ("refused", statistics.refused),
        ("unresolved", statistics.unresolved),
        ("misconfigured", statistics.misconfigured),
        ("would block", statistics.would_block),
        ("too large", statistics.too_large),
        ("unserializable", statistics.unserializable),
        ("failed", statistics.failed),
        ("unrecorded", statistics.unrecorded),
    ];
    let others = counts[1..8].iter().map(|(_, count)| count).sum::<u64>();
    assert_eq!(statistics.not_sent(), others);
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    counts.map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn connected() -> String {
    kodemon::connect(TIMEOUT)
        .map_or_else(|error| error.to_string(), |address| address.ip().to_string())
}

#[kodemon]
fn small() -> u32 {
    1
}

#[kodemon(text = text)]
fn large(text: &str) -> String {
    text.len().to_string()
}

struct Faulty;

impl Serialize for Faulty {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("faulty"))
    }
}

#[kodemon(value = Faulty)]
fn faulty() -> String {
    "done".to_owned()
}

struct Panicking;

impl Serialize for Panicking {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("no value")
    }
}

#[kodemon(value = Panicking)]
fn panicking() -> String {
    "done".to_owned()
}

#[kodemon(value = Panicking)]
fn panicking_in_a_panic() {
    panic!("the function's own");
}

/// Makes calls when its thread's locals are destroyed. By then the sender's own are gone: what was
/// used first is destroyed last.
struct AtEnd;

thread_local! {
    static AT_END: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        small();
        small();
    }
}

#[test]
fn an_invalid_port_is_counted_and_reported_by_connect() {
    let mut program = Program::start(&[("KODEMON_PORT", "http")]);
    assert_eq!(program.call("plain"), "21");
    assert_eq!(program.call("statistics"), "misconfigured 1");
    let expected = "invalid KODEMON_PORT 'http': expected a port from 1 to 65535";
    assert_eq!(program.call("connect"), expected);
}

#[test]
fn a_host_without_an_address_is_counted_and_reported_by_connect() {
    let mut program = Program::start(&[("KODEMON_HOST", "nobody..invalid")]);
    for _ in 0..3 {
        assert_eq!(program.call("plain"), "21");
    }
    assert_eq!(program.call("statistics"), "unresolved 3");
    let reported = program.call("connect");
    assert!(reported.starts_with("can't reach KODEMON_HOST 'nobody..invalid'"), "{reported}");
}

/// `127.1` isn't an address to Rust; the resolver knows it without any server.
#[test]
fn a_name_is_resolved_by_a_thread_while_calls_continue() {
    let server = Receiver::start();
    let mut program = Program::start(&[
        ("KODEMON_HOST", "127.1"),
        ("KODEMON_PORT", &server.port().to_string()),
        ("KODEMON_TOKEN", "shop"),
    ]);
    assert_eq!(program.call("plain"), "21");
    assert_eq!(program.call("connect"), "127.0.0.1");
    assert_eq!(program.call("plain"), "21");
    assert_eq!(server.message()["token"], "shop");
    assert!(server.is_quiet());
    assert_eq!(program.call("statistics"), "sent 1, unresolved 1");
}

#[test]
fn an_ipv6_address_needs_no_thread() {
    let Ok(server) = Receiver::at("::1", 0) else {
        return skip("there is no IPv6 here");
    };
    for host in ["::1", "[::1]"] {
        let port = server.port().to_string();
        let mut program = Program::start(&[("KODEMON_HOST", host), ("KODEMON_PORT", &port)]);
        program.call("plain");
        assert_eq!(server.message()["key"], "forms.rs-plain");
    }
}

#[test]
fn a_server_that_comes_back_gets_the_next_message() {
    // A separate address, and a port that the system assigns to nobody: a socket on all addresses
    // would take it meanwhile.
    const HOST: &str = "127.77.0.1";
    let server = (20_000..30_000).find_map(|port| Receiver::at(HOST, port).ok()).unwrap();
    let port = server.port();
    let mut program =
        Program::start(&[("KODEMON_HOST", HOST), ("KODEMON_PORT", &port.to_string())]);
    program.call("plain");
    drop(server);
    for _ in 0..5 {
        assert_eq!(program.call("plain"), "21");
    }
    let server = Receiver::at(HOST, port).unwrap();
    program.call("fails");
    assert_eq!(server.message()["key"], "forms.rs-fails");
    // The first and the last arrived, and the five between them came back.
    assert_eq!(program.call("statistics"), "sent 2, refused 5");
}

#[test]
fn a_message_of_eight_thousand_bytes_is_sent_and_a_larger_one_counted() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    assert_eq!(program.call("too_large"), "8192");
    assert!(server.is_quiet());
    assert_eq!(program.call("large"), "8000");
    assert_eq!(server.message()["text"].as_str().unwrap().len(), 8_000);
    assert_eq!(program.call("statistics"), "sent 1, too large 1");
}

#[test]
fn a_value_that_cannot_be_serialized_does_no_harm() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    assert_eq!(program.call("faulty"), "done");
    assert_eq!(program.call("panicking"), "done");
    assert_eq!(program.call("panicking in a panic"), "the function's own");
    assert!(server.is_quiet());
    program.call("plain");
    assert_eq!(server.message()["key"], "forms.rs-plain");
    assert_eq!(program.call("statistics"), "sent 1, unserializable 3");
}

#[test]
fn a_call_at_the_end_of_its_thread_is_sent() {
    let server = Receiver::start();
    assert_eq!(Program::of(&server).call("at the end of a thread"), "1");
    for _ in 0..3 {
        assert_eq!(server.message()["key"], "unsent.rs-small");
    }
}

#[test]
fn a_server_that_reads_nothing_blocks_no_call() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    assert_eq!(program.call("twenty thousand"), "20000");
    let statistics = program.call("statistics");
    let counts = statistics.split(", ").map(|count| count.rsplit_once(' ').unwrap());
    let (sent, blocked): (Vec<_>, Vec<_>) = counts.partition(|(name, _)| *name == "sent");
    let number = |(_, count): &(&str, &str)| count.parse::<u32>().unwrap();
    assert!(blocked.iter().all(|(name, _)| *name == "would block"), "{statistics}");
    assert_eq!(sent.iter().chain(&blocked).map(number).sum::<u32>(), 20_000);
}
