//! Monitoring that fails, which the command doesn't notice.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::process::Stdio;
use std::time::{Duration, Instant};

use mmstats_testing::command::{full_pipe, run, within};
use mmstats_testing::figures::FigureReceiver;
use mmstats_testing::namespace::{Proc, unshare};
use tempfile::TempDir;

use crate::command::{apmon, apmon_to, end};

#[test]
fn a_configuration_that_cannot_be_read_is_only_reported() {
    let directory = TempDir::new().unwrap();
    let empty = directory.path().join("empty.conf");
    std::fs::write(&empty, "# nothing\n").unwrap();
    let missing = directory.path().join("missing.conf");
    for (path, reason) in [(&missing, "No such file"), (&empty, "no destination")] {
        let mut command = apmon(["--config"]);
        command.arg(path).args(["--", "sh", "-c", "echo out; exit 7"]);
        let run = run(&mut command);
        assert_eq!((run.code, &*run.stdout), (Some(7), "out\n"));
        assert!(
            run.stderr.starts_with("apmon: no figures of the command are sent: "),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains(reason) && run.stderr.lines().count() == 1, "{}", run.stderr);
    }
}

#[test]
fn a_password_that_cannot_be_read_is_only_reported() {
    let receiver = FigureReceiver::start();
    let mut command = apmon_to(&receiver);
    command.args(["--password-file", "/nonexistent", "--", "sh", "-c", "exit 7"]);
    let run = run(&mut command);
    assert_eq!(run.code, Some(7));
    assert!(run.stderr.contains("/nonexistent: No such file"), "{}", run.stderr);
    assert!(receiver.waiting().is_empty());
}

/// A server that takes connections and never answers.
#[test]
fn a_configuration_that_does_not_come_delays_nothing() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = apmon([format!("--config=http://{}/", server.local_addr().unwrap())]);
    command.args(["--", "sh", "-c", "echo started; read line; echo \"$line\"; exit 7"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // From now on it waits for an answer.
    let (mut connection, _) = server.accept().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "started\n");
    connection.set_nonblocking(true).unwrap();
    let request = connection.read_to_end(&mut Vec::new());
    assert_eq!(request.unwrap_err().kind(), ErrorKind::WouldBlock, "it still waits");
    child.stdin.take().unwrap().write_all(b"end\n").unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    let ended = Instant::now();
    assert_eq!((&*rest, end(&mut child)), ("end\n", Some(7)));
    // It waits for a second, and an answer may take five.
    assert!(ended.elapsed() < Duration::from_secs(4), "{:?}", ended.elapsed());
    let mut report = String::new();
    child.stderr.take().unwrap().read_to_string(&mut report).unwrap();
    let reason = "the configuration isn't read yet";
    assert_eq!(report, format!("apmon: no figures of the command were sent: {reason}\n"));
}

#[test]
fn a_destination_that_cannot_be_reached_changes_nothing() {
    // Nobody listens there.
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    for destination in ["nowhere.invalid", &*closed] {
        let mut command = apmon(["-d", destination, "--interval", "1s"]);
        let run = run(command.args(["--", "sh", "-c", "echo out; exit 7"]));
        assert_eq!((run.code, &*run.stdout), (Some(7), "out\n"), "{destination}");
        assert!(run.stderr.lines().all(|line| line.starts_with("apmon: ")), "{}", run.stderr);
    }
}

/// As that of a terminal that was stopped by Ctrl-S.
#[test]
fn nobody_waits_for_a_stderr_that_is_not_read() {
    let (_reader, stderr) = full_pipe();
    let mut command = apmon(["--config", "/nonexistent"]);
    let mut child = command.args(["--", "sh", "-c", "exit 7"]).stderr(stderr).spawn().unwrap();
    let began = Instant::now();
    assert_eq!(end(&mut child), Some(7));
    assert!(began.elapsed() < Duration::from_secs(30));
}

/// As in a container whose `/proc` is the host's: the same process ids are other processes there.
#[test]
fn processes_of_another_namespace_are_not_taken_for_the_job() {
    let receiver = FigureReceiver::start();
    let Some(outer) = unshare(Proc::Outside) else { return };
    let mut command = apmon_to(&receiver);
    command.args(["--node", "job.1", "--", "sh", "-c", "exit 7"]);
    let run = run(&mut within(outer, &command));
    assert_eq!((run.code, &*run.stdout), (Some(7), ""));
    assert!(run.stderr.starts_with("apmon: only final figures are sent: /proc"), "{}", run.stderr);
    let last = receiver.next();
    assert_eq!((&*last.node, last.numbers["exit_code"]), ("job.1", 7.0));
    assert!(last.has("cpu_time") && !last.has("processes"), "{last:?}");
}
