//! Output that can't be written.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use mmstats_testing::TIMEOUT;
use mmstats_testing::command::{run_into, tool};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::command;

/// A device that is always full.
fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

fn generate() -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.args(["--generate", "man"]);
    command
}

#[test]
fn a_full_device_is_an_error() {
    let run = run_into(&mut generate(), full());
    let message = "mmash: writing to stdout failed: No space left on device (os error 28)\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(2), message));
}

#[test]
fn a_file_size_limit_is_an_error_and_not_a_signal() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("out");
    let mut limited = tool("sh");
    limited.args([
        "-c",
        "ulimit -f 0; exec \"$0\" --generate man",
        generate().get_program().to_str().unwrap(),
    ]);
    let run = run_into(&mut limited, File::create(&path).unwrap());
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("File too large"), "{}", run.stderr);
    assert_eq!(fs::metadata(path).unwrap().len(), 0);
}

/// Kills a server that a failed test leaves.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn it_reports_a_full_device_and_serves_all_the_same() {
    let directory = TempDir::new().unwrap();
    let mut mmash = command(directory.path());
    let mut mmash = Killed(mmash.stdout(full()).stderr(Stdio::piped()).spawn().unwrap());
    let stderr = BufReader::new(mmash.0.stderr.take().unwrap());
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    // It first reports that it publishes nothing in this directory.
    let line = loop {
        let line = lines.recv_timeout(TIMEOUT).expect("it reports it");
        if !line.starts_with("mmash: no telemetry") {
            break line;
        }
    };
    assert!(line.starts_with("mmash: writing to stdout failed: No space"), "{line}");
    kill(Pid::from_raw(mmash.0.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(mmash.0.wait().unwrap().code(), Some(0));
}
