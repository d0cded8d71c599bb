//! How it begins, what it says, and how it ends.

use nix::sys::signal::Signal;

use crate::running::{Kodemon, kodemon, without_addresses};
use crate::support::run;

#[test]
fn a_signal_ends_it_and_what_was_received_is_stored() {
    for (signal, code) in [(Signal::SIGTERM, 0), (Signal::SIGINT, 130)] {
        let (directory, kodemon) = kodemon();
        for _ in 0..100 {
            kodemon.call("a.rs-f", 0.001, 0.0);
        }
        assert_eq!(kodemon.server.end(signal), Some(code), "{signal}");
        let again = Kodemon::start(directory.path());
        assert_eq!(again.json("/api/keys")["keys"][0]["count"], 100);
    }
}

#[test]
fn an_address_that_is_taken_is_an_error_that_names_it() {
    let (_directory, first) = kodemon();
    let other = tempfile::TempDir::new().unwrap();
    let http = first.server.address.to_string();
    let udp = first.udp.to_string();
    for (arguments, expected) in [
        (["--http", &*http, "--udp", "127.0.0.1:0"], format!("can't listen on {http}: ")),
        (["--http", "127.0.0.1:0", "--udp", &*udp], format!("can't receive on {udp}: ")),
    ] {
        let run = run(without_addresses(other.path()).args(arguments));
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(&expected), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn wrong_arguments_are_told() {
    let directory = tempfile::TempDir::new().unwrap();
    for (arguments, expected) in [
        (["--keep", "30"], "30"),
        (["--keep", "0s"], "0s"),
        (["--http", "localhost"], "localhost"),
        (["--udp", "4000"], "4000"),
        (["--max-keys", "0"], "0"),
        (["--max-keys", "many"], "many"),
    ] {
        let run = run(without_addresses(directory.path()).args(arguments));
        assert_eq!(run.code, Some(2), "{arguments:?}");
        assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
}
