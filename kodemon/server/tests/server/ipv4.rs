//! The default addresses, on a host with and without IPv6. Only a network of its own is sure to have
//! the port free.

use std::path::Path;
use std::process::{Command, Stdio};

use mmstats_testing::command::tool;
use mmstats_testing::namespace::own_network;
use mmstats_testing::seccomp::without_ipv6;
use mmstats_testing::server::Server;
use nix::sys::signal::Signal;

/// Starts a server at the default addresses for messages; it prints where they are on stdout, and
/// reports on stderr, which is a file.
fn command(mut network: Command, directory: &Path) -> Command {
    let kodemon = tool(env!("CARGO_BIN_EXE_kodemon"));
    network.arg(kodemon.get_program());
    network.args(["--http", "127.0.0.1:0", "--store"]).arg(directory.join("kodemon.db"));
    network.env("MMSTATS_PATH", directory);
    network.stderr(Stdio::from(std::fs::File::create(directory.join("stderr")).unwrap()));
    network
}

#[test]
fn without_ipv6_messages_are_received_over_ipv4_and_a_warning_says_so() {
    let Some(network) = own_network() else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut command = command(network, directory.path());
    let mut server = without_ipv6(|| Server::start(&mut command));
    assert_eq!(server.next_line(), "udp://127.0.0.1:4000");
    assert_eq!(server.end(Signal::SIGTERM), Some(0));
    let reported = std::fs::read_to_string(directory.path().join("stderr")).unwrap();
    let expected = "kodemon: no IPv6 here, only IPv4: can't receive on [::1]:4000: ";
    assert!(reported.starts_with(expected), "{reported}");
}

#[test]
fn with_ipv6_messages_are_received_over_both() {
    let Some(network) = own_network() else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut server = Server::start(&mut command(network, directory.path()));
    assert_eq!(server.next_line(), "udp://127.0.0.1:4000");
    assert_eq!(server.next_line(), "udp://[::1]:4000");
    assert_eq!(server.end(Signal::SIGTERM), Some(0));
    assert_eq!(std::fs::read_to_string(directory.path().join("stderr")).unwrap(), "");
}
