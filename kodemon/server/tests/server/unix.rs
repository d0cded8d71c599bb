//! kodemon on a Unix socket. The rest is in the tests of `web`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use mmstats_testing::TIMEOUT;
use mmstats_testing::command::run;
use mmstats_testing::kodemon::{Kodemon, without_addresses};
use mmstats_testing::required::is_installed;
use nix::sys::signal::Signal;
use tempfile::TempDir;

#[test]
fn a_socket_in_use_is_named_in_the_error_and_shutdown_removes_it() {
    let directory = TempDir::new().unwrap();
    let socket = directory.path().join("http");
    let address = format!("unix:{}", socket.display());
    let start = || {
        let mut command = without_addresses(directory.path());
        command.args(["--udp", "127.0.0.1:0", "--listen", &address]);
        command
    };
    let kodemon = Kodemon::of(&mut start());
    let other = run(&mut start());
    assert_eq!(other.code, Some(2));
    let reason = format!("{address}: another server");
    assert!(other.stderr.contains(&reason), "{}", other.stderr);
    assert!(socket.exists());
    assert_eq!(kodemon.server.end(Signal::SIGTERM), Some(0));
    assert!(!socket.exists());
}

/// Whatever the umask, others can never connect.
#[test]
fn a_socket_has_its_mode_before_it_has_its_name() {
    if !is_installed("strace") {
        return;
    }
    let directory = TempDir::new().unwrap();
    let (socket, log) = (directory.path().join("http"), directory.path().join("log"));
    let started = without_addresses(directory.path());
    let mut command = Command::new("sh");
    command.arg("-c").arg("umask 0; exec strace -D -f -e trace=bind,chmod,fchmod -o \"$@\"");
    command.arg("sh").arg(&log).arg(started.get_program()).args(started.get_args());
    command.args(["--udp", "127.0.0.1:0", "--http", &format!("unix:{}", socket.display())]);
    let kodemon = Kodemon::of(command.env("MMSTATS_PATH", directory.path()));
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o660);
    assert_eq!(kodemon.server.end(Signal::SIGTERM), Some(0));
    let began = Instant::now();
    let calls = loop {
        let calls = fs::read_to_string(&log).unwrap();
        if calls.contains("+++ exited with 0") {
            break calls;
        }
        assert!(began.elapsed() < TIMEOUT, "strace doesn't end: {calls}");
        thread::sleep(Duration::from_millis(5));
    };
    let before = calls.split("sa_family=AF_UNIX, sun_path=").next().unwrap();
    let mode = before.lines().rev().find(|line| line.contains("fchmod("));
    assert!(mode.is_some_and(|line| line.contains(", 0660)")), "{calls}");
}
