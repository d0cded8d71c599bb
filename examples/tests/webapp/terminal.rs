//! The smaller examples on a terminal, which keep their files until Ctrl-C is pressed.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use mmstats_testing::programs::built;
use nix::pty::{OpenptyResult, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::files;

/// Runs the example on a terminal and, while it waits, the command that it prints. Returns the
/// command's output.
fn shown_by_the_printed_command(example: &str, input: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let OpenptyResult { master, slave } = openpty(None, None).unwrap();
    let mut command = Command::new(built(example));
    command.env("MMSTATS_PATH", directory.path()).env_remove("MMSTATS_FILES");
    let mut child = command.stdin(Stdio::piped()).stdout(slave).spawn().unwrap();
    // From here on only the child has the terminal's other end.
    drop(command);
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let mut lines = BufReader::new(File::from(master)).lines().map_while(Result::ok);
    let printed =
        lines.find_map(|line| line.split_once("slurpstats -- ").map(|(_, rest)| rest.to_owned()));
    let printed = printed.expect("a command for another terminal");
    let arguments: Vec<_> =
        printed.split_whitespace().map(|word| word.trim_matches('\'')).collect();
    assert!(!files(directory.path()).is_empty());
    let mut slurp = Command::new(built("slurpstats"));
    let output = slurp.args(arguments).env("MMSTATS_PATH", directory.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    lines.for_each(drop);
    assert!(child.wait().unwrap().success());
    assert!(files(directory.path()).is_empty());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_printed_command_shows_a_thread_pool() {
    let shown = shown_by_the_printed_command("thread_pool", "");
    assert!(shown.contains("pool.done") && shown.contains("100,000"), "{shown}");
    let waiting = shown.lines().find(|line| line.starts_with("  pool.waiting"));
    assert!(waiting.is_some_and(|line| line.contains("  0 jobs  [sum of ")), "{shown}");
}

#[test]
fn the_printed_command_shows_stats_added_at_run_time() {
    let shown = shown_by_the_printed_command("run_time", "some words and further words");
    assert!(shown.contains("text.word.further") && shown.contains("text.words"), "{shown}");
}
