//! Signals that shut it down, and those that stay ignored.

use std::fs;

use mmstats_testing::command::ignoring;
use mmstats_testing::server::Server;
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::command;

#[test]
fn closing_the_terminal_shuts_it_down_cleanly() {
    let directory = TempDir::new().unwrap();
    let mut command = command(directory.path());
    let server = Server::start(command.env("MMSTATS_PATH", directory.path()));
    assert_eq!(server.end(Signal::SIGHUP), Some(0));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "its file is gone");
}

/// As with `nohup`, or in the background of a script.
#[test]
fn signals_ignored_at_startup_stay_ignored() {
    let directory = TempDir::new().unwrap();
    let ignored = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT];
    let server = Server::start(&mut ignoring(&ignored, &command(directory.path())));
    for signal in ignored {
        server.send(signal);
        assert_eq!(server.get("/healthz").status, 200, "{signal}");
    }
    assert_eq!(server.end(Signal::SIGTERM), Some(0));
}
