//! Arguments, messages and exit codes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mmstats_testing::command::{ignoring, run, tool};
use nix::sys::signal::Signal;
use std::process::Stdio;
use tempfile::TempDir;

use crate::packets::numbered;
use crate::receiver::{Receiver, command};

#[test]
fn invalid_arguments_are_reported() {
    let directory = TempDir::new().unwrap();
    for arguments in [
        ["--udp", "localhost"],
        ["--udp", "192.0.2.1"],
        ["--allow", "example.org"],
        ["--allow", "192.0.2.0/33"],
        ["--max-rate", "0"],
        ["--max-rate", "many"],
        ["--expire", "15"],
        ["--max-nodes", "0"],
        ["--max-nodes", "10000"],
        // Without --publish.
        ["--max-nodes", "5"],
        ["--http", "127.0.0.1:0"],
        ["--host", "example.org"],
        ["--expire", "0s"],
        ["-o", "csv"],
        ["--password-file", "/nonexistent/password"],
        ["--password-file", "/dev/null"],
        ["--password", "secret"],
    ] {
        let run = run(command(directory.path()).args(arguments));
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{arguments:?}: {}", run.stderr);
        let named = arguments.iter().any(|argument| run.stderr.contains(argument));
        assert!(named && run.stderr.starts_with(['a', 'e']), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn an_address_in_use_is_named_in_the_error() {
    let first = Receiver::start(&[]);
    let directory = TempDir::new().unwrap();
    let address = first.udp[0].to_string();
    let run = run(command(directory.path()).args(["--udp", &address]));
    let expected =
        format!("apmon: can't receive on {address}: Address already in use (os error 98)\n");
    assert_eq!((run.code, run.stderr), (Some(2), expected));
}

#[test]
fn a_password_that_others_can_read_is_reported_but_never_shown() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("password");
    fs::write(&file, "hunter2").unwrap();
    for (mode, expected) in [(0o640, 0), (0o644, 1)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let (_stats, path) = (TempDir::new().unwrap(), file.to_str().unwrap());
        let stats = TempDir::new().unwrap();
        let mut command = command(stats.path());
        command.args(["--udp", "127.0.0.1:0", "--password-file", path]).stdout(Stdio::piped());
        let log = stats.path().join("log");
        let mut child = command.stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
        let listening = || fs::read_to_string(&log).unwrap().contains("udp://");
        let began = std::time::Instant::now();
        while !listening() {
            assert!(began.elapsed() < mmstats_testing::TIMEOUT);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let log = fs::read_to_string(&log).unwrap();
        assert_eq!(log.matches("others can read the password").count(), expected, "{log}");
        assert!(!log.contains("hunter2"), "{log}");
    }
}

/// As with `nohup`, or in the background of a script.
#[test]
fn signals_ignored_at_startup_stay_ignored() {
    let directory = TempDir::new().unwrap();
    let ignored = [Signal::SIGHUP, Signal::SIGINT];
    let mut inner = command(directory.path());
    inner.args(["--udp", "127.0.0.1:0"]);
    let mut outer = ignoring(&ignored, &inner);
    let mut receiver = Receiver::of(outer.stdout(Stdio::piped()), directory);
    for (sequence, signal) in ignored.into_iter().enumerate() {
        receiver.signal(signal);
        assert_eq!(receiver.counts_of(&[numbered(7, sequence as i32)])["shown"], 1);
    }
    assert_eq!(receiver.end(Signal::SIGTERM).0, Some(0));
}

#[test]
fn help_lists_the_options_in_eighty_columns() {
    let help =
        run(tool(env!("CARGO_BIN_EXE_apmon")).args(["receive", "--help"]).env("COLUMNS", "80"));
    assert_eq!((help.code, &*help.stderr), (Some(0), ""));
    assert!(help.stdout.lines().all(|line| line.len() <= 80), "{}", help.stdout);
    assert!(help.stdout.is_ascii());
    let expected = [
        "--udp",
        "--output",
        "--password-file",
        "--allow",
        "--max-rate",
        "--publish",
        "--max-nodes",
        "--http",
        "--host",
        "--expire",
        "--verbose",
        "MMSTATS_PATH",
        "Exit codes:",
        "slurpstats -l 'apmon.receive.*'",
    ];
    for text in expected {
        assert!(help.stdout.contains(text), "{text}: {}", help.stdout);
    }
}
