//! The default addresses, on a host with and without IPv6. Only a network of its own is sure to have
//! the port free.

use std::process::Stdio;

use mmstats_testing::command::within;
use mmstats_testing::namespace::own_network;
use mmstats_testing::seccomp::without_ipv6;
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::receiver::{Receiver, command};

fn start() -> Option<Receiver> {
    let network = own_network()?;
    let directory = TempDir::new().unwrap();
    let mut command = within(network, &command(directory.path()));
    Some(Receiver::of(command.stdout(Stdio::piped()), directory))
}

#[test]
fn without_ipv6_packets_are_received_over_ipv4_and_a_warning_says_so() {
    let Some(mut receiver) = without_ipv6(start) else { return };
    let expected = "apmon: no IPv6 here, only IPv4: can't receive on [::1]:8884: ";
    let report = receiver.report();
    assert!(report.starts_with(expected), "{report}");
    assert_eq!(receiver.report(), "apmon: receiving on udp://127.0.0.1:8884");
    assert_eq!(receiver.end(Signal::SIGTERM).0, Some(0));
    assert_eq!(receiver.reports(), [""; 0]);
}

#[test]
fn with_ipv6_packets_are_received_over_both() {
    let Some(mut receiver) = start() else { return };
    assert_eq!(receiver.report(), "apmon: receiving on udp://127.0.0.1:8884");
    assert_eq!(receiver.report(), "apmon: receiving on udp://[::1]:8884");
    assert_eq!(receiver.end(Signal::SIGTERM).0, Some(0));
    assert_eq!(receiver.reports(), [""; 0]);
}
