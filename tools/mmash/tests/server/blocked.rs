//! What could block mmash: an unread log. It shuts down all the same.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mmstats_testing::TIMEOUT;
use mmstats_testing::command::full_pipe;
use mmstats_testing::original::original;
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::command;

/// Maximum time of a shutdown: 2 s, with a margin for a busy machine.
const END: Duration = Duration::from_secs(20);

/// mmash with a file that it reports.
fn complaining(directory: &Path) -> Command {
    write(directory, "mmstats-good", &original(1));
    write(directory, "mmstats-bad", b"no stats at all");
    let mut command = command(directory);
    command.args(["--interval", "0.01"]);
    command
}

fn time(server: &Server) -> f64 {
    server.get("/api/v1/files").json()["time"].as_f64().unwrap()
}

#[test]
fn an_unread_log_blocks_nothing() {
    let directory = TempDir::new().unwrap();
    let (_reader, stderr) = full_pipe();
    let mut command = complaining(directory.path());
    let server = Server::start(command.arg("--verbose").stderr(stderr));
    // More lines than fit into the queue.
    for number in 0..1_500 {
        assert_eq!(server.get(&format!("/nothing-{number}")).status, 404);
    }
    let began = (Instant::now(), time(&server));
    while time(&server) == began.1 {
        assert!(began.0.elapsed() < TIMEOUT, "the files aren't polled any more");
    }
    assert_eq!(server.get("/healthz").body, "ok\n");
    let began = Instant::now();
    assert_eq!(server.end(Signal::SIGTERM), Some(0));
    assert!(began.elapsed() < END, "{:?}", began.elapsed());
}

#[test]
fn it_shuts_down_when_neither_stdout_nor_stderr_can_be_written() {
    let directory = TempDir::new().unwrap();
    let (_readers, [stdout, stderr]) = {
        let [(one, stdout), (other, stderr)] = [(); 2].map(|()| full_pipe());
        ([one, other], [stdout, stderr])
    };
    let mut command = complaining(directory.path());
    let mut child = command.stdout(stdout).stderr(stderr).stdin(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !handles(child.id(), Signal::SIGTERM) {
        assert!(began.elapsed() < TIMEOUT, "it never handles the signal");
        thread::sleep(Duration::from_millis(5));
    }
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > END {
            child.kill().unwrap();
            panic!("it doesn't end");
        }
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(began.elapsed() < END, "{:?}", began.elapsed());
}

/// Whether a process has a handler for a signal.
fn handles(pid: u32, signal: Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim();
    u64::from_str_radix(mask, 16).unwrap() & 1 << (signal as u64 - 1) != 0
}
