//! Parameters as lines of stdin.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use mmstats_testing::command::{Run, run};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::receiver::{Receiver, end, shown};

/// Runs a command with these lines as stdin.
fn run_with(command: &mut Command, lines: &[u8]) -> Run {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("lines");
    fs::write(&path, lines).unwrap();
    run(command.stdin(File::open(path).unwrap()))
}

#[test]
fn a_line_is_a_packet_and_wrong_ones_are_reported_by_number() {
    let receiver = Receiver::start();
    let long = "x".repeat(20_000);
    let large = "y".repeat(9_000);
    let lines = format!(
        "a=1\n\nwrong\nstate=in use\r\nlong={long}\nlarge={large}\tb=2\nc:i=x\n\x1b[2J\nlast=0.5"
    );
    let mut command = receiver.command();
    let run = run_with(command.args(["-v", "Shop", "web-1", "--stdin"]), lines.as_bytes());
    let expected = [
        "apmon: stdin:3: expected NAME=VALUE, found \"wrong\"",
        "apmon: stdin:5: longer than 16384 bytes",
        "apmon: parameter 'large' is left out: no packet can hold it",
        "apmon: stdin:6: 1 parameter left out, as no packet can hold so much",
        "apmon: stdin:7: expected a whole number from -2147483648 to 2147483647, found \"c:i=x\"",
        "apmon: stdin:8: expected NAME=VALUE, found \"\\x1b[2J\"",
    ];
    let to = receiver.address();
    let summary = format!("apmon: 4 packets with 4 parameters to {to}: 4 sent, 0 not sent");
    let reported: Vec<_> = run.stderr.lines().collect();
    assert_eq!(reported, [&expected[..], &[&*summary]].concat());
    assert_eq!((run.code, &*run.stdout), (Some(2), ""));
    let packets: Vec<_> = receiver.packets().iter().map(|packet| shown(packet)).collect();
    let expected = ["a=I32(1)", "state=\"in use\"", "b=I32(2)", "last=F64(0.5)"];
    assert_eq!(packets, expected.map(|parameter| format!("Shop web-1 {parameter}")));
}

#[test]
fn lines_may_have_their_cluster_and_node() {
    let receiver = Receiver::start();
    let lines = "Shop web-1 orders=17 load=0.5\nT 2\t\tstate=in use\nShop\n";
    let mut command = receiver.command();
    let run = run_with(command.args(["-", "-", "--stdin"]), lines.as_bytes());
    assert_eq!((run.code, &*run.stderr), (Some(2), "apmon: stdin:3: expected a node\n"));
    let packets: Vec<_> = receiver.packets().iter().map(|packet| shown(packet)).collect();
    assert_eq!(packets, ["Shop web-1 orders=I32(17) load=F64(0.5)", "T 2  state=\"in use\""]);
}

/// At 10 packets a second, 126 may go at once.
#[test]
fn lines_beyond_the_rate_wait_and_all_are_sent_in_order() {
    let receiver = Receiver::start();
    let lines: Vec<_> = (0..140).map(|number| format!("n={number}\n")).collect();
    let mut command = receiver.command();
    let run = run_with(
        command.args(["Shop", "web-1", "--stdin", "--max-rate", "10"]),
        lines.concat().as_bytes(),
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.ends_with("wait, as the rate is limited\n"), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1);
    let packets: Vec<_> = receiver.packets().iter().map(|packet| shown(packet)).collect();
    let expected: Vec<_> = (0..140).map(|number| format!("Shop web-1 n=I32({number})")).collect();
    assert_eq!(packets, expected);
}

#[test]
fn a_line_is_sent_when_it_comes() {
    let receiver = Receiver::start();
    let mut command = receiver.command();
    command.args(["Shop", "web-1", "--stdin"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for number in 0..3 {
        writeln!(stdin, "n={number}").unwrap();
        assert_eq!(shown(&receiver.packet()), format!("Shop web-1 n=I32({number})"));
    }
    drop(stdin);
    assert_eq!(end(&mut child), Some(0));
}

#[test]
fn a_signal_ends_it_while_it_waits_for_a_line_or_for_the_rate() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        for lines in [1, 40] {
            let receiver = Receiver::start();
            let mut command = receiver.command();
            // 13 packets may go at once.
            command.args(["Shop", "web-1", "--stdin", "--max-rate", "1"]);
            command.stdin(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            (0..lines).for_each(|number| writeln!(stdin, "n={number}").unwrap());
            let mut stderr = BufReader::new(child.stderr.take().unwrap());
            if lines > 13 {
                // The end of stdin makes it wait until all are sent.
                drop(stdin);
                let mut note = String::new();
                stderr.read_line(&mut note).unwrap();
                assert!(note.contains("wait, as the rate is limited"), "{note}");
            } else {
                assert_eq!(shown(&receiver.packet()), "Shop web-1 n=I32(0)");
            }
            kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
            let ended = end(&mut child);
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).unwrap();
            assert_eq!(ended, Some(code), "{signal}, {lines}: {rest}");
            assert_eq!(rest.contains("packets not sent: "), lines > 13, "{rest}");
        }
    }
}

#[test]
fn stdin_that_cannot_be_read_is_an_error() {
    let receiver = Receiver::start();
    let mut command = receiver.command();
    command.args(["Shop", "web-1", "--stdin"]).stdin(File::open("/").unwrap());
    let run = run(&mut command);
    let error = "apmon: stdin: Is a directory (os error 21)\n";
    assert_eq!((run.code, &*run.stderr), (Some(2), error));
}

/// It waits for the rate as long as it takes, but not for a name server.
#[test]
fn a_destination_without_an_address_does_not_make_lines_wait_for_ever() {
    let receiver = Receiver::start();
    let mut command = receiver.command();
    command.args(["-d", "nowhere.invalid", "Shop", "web-1", "--stdin"]);
    let run = run_with(&mut command, b"a=1\na=2\n");
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("packets not sent: 2\n"), "{}", run.stderr);
    assert_eq!(receiver.packets().len(), 2);
}
