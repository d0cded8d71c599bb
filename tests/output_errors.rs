//! Output that can't be written: an error if there is no space, a quiet exit if nobody reads; the
//! rest of a tool's work continues.

use std::fs::{self, File};
use std::io::pipe;
use std::process::{Command, Stdio};

use mmstats_testing::command::{Run, dead_pid, run_into, tool};
use mmstats_testing::original::original;
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

const SLURPSTATS: &str = env!("CARGO_BIN_EXE_slurpstats");
const POLLSTATS: &str = env!("CARGO_BIN_EXE_pollstats");
const CLEANSTATS: &str = env!("CARGO_BIN_EXE_cleanstats");

/// Every tool in every format, and what is generated from its arguments.
const COMMANDS: &[(&str, &[&str])] = &[
    (SLURPSTATS, &["-o", "text"]),
    (SLURPSTATS, &["-o", "json"]),
    (SLURPSTATS, &["-o", "csv"]),
    (SLURPSTATS, &["-o", "prom"]),
    (SLURPSTATS, &["--sum", "-o", "text"]),
    (SLURPSTATS, &["--sum", "-o", "json"]),
    (SLURPSTATS, &["--sum", "-o", "csv"]),
    (SLURPSTATS, &["--sum", "-o", "prom"]),
    (SLURPSTATS, &["--layout"]),
    (SLURPSTATS, &["--generate", "man"]),
    (POLLSTATS, &["-d", "0.01", "-c", "1", "-o", "text"]),
    (POLLSTATS, &["-d", "0.01", "-c", "1", "-o", "json"]),
    (POLLSTATS, &["-d", "0.01", "-c", "1", "-o", "csv"]),
    (POLLSTATS, &["--list", "-o", "text"]),
    (POLLSTATS, &["--list", "-o", "json"]),
    (POLLSTATS, &["--list", "-o", "csv"]),
    (POLLSTATS, &["--generate", "bash"]),
    (CLEANSTATS, &["-n", "-o", "text"]),
    (CLEANSTATS, &["-n", "-o", "json"]),
    (CLEANSTATS, &["--generate", "zsh"]),
];

/// Enough files for some kilobytes of output in every format, and too few for a buffer to overflow
/// by itself.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..40 {
        write(directory.path(), format!("{number}.mmstats"), &original(dead_pid()));
    }
    directory
}

fn command(path: &str, arguments: &[&str], directory: &TempDir) -> Command {
    let mut command = tool(path);
    command.args(arguments).env("MMSTATS_PATH", directory.path());
    command
}

/// A device that is always full.
fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

/// A pipe whose reader is gone.
fn closed() -> Stdio {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn a_full_device_is_an_error_in_every_format() {
    let directory = directory();
    for (path, arguments) in COMMANDS {
        let Run { code, stderr, .. } = run_into(&mut command(path, arguments, &directory), full());
        assert_eq!(code, Some(2), "{path} {arguments:?}: {stderr}");
        let name = path.rsplit('/').next().unwrap();
        let expected =
            format!("{name}: writing to stdout failed: No space left on device (os error 28)\n");
        assert_eq!(stderr, expected, "{path} {arguments:?}");
    }
}

#[test]
fn a_closed_pipe_ends_every_format_quietly() {
    let directory = directory();
    for (path, arguments) in COMMANDS {
        let Run { code, stderr, .. } =
            run_into(&mut command(path, arguments, &directory), closed());
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{path} {arguments:?}");
    }
}

/// Files used to stay if their lines were not read, or could not be written.
#[test]
fn cleanstats_removes_everything_even_if_its_output_fails() {
    for format in ["text", "json"] {
        for (stdout, code) in [(Stdio::from(full()), 2), (closed(), 0)] {
            let directory = directory();
            let run = run_into(&mut command(CLEANSTATS, &["-o", format], &directory), stdout);
            assert_eq!(run.code, Some(code), "{format}: {}", run.stderr);
            assert_eq!(fs::read_dir(&directory).unwrap().count(), 0, "{format}");
        }
    }
    let directory = directory();
    let missing = directory.path().join("missing.mmstats");
    let mut command = command(CLEANSTATS, &[], &directory);
    let run = run_into(command.arg(directory.path()).arg(missing), closed());
    assert_eq!(run.code, Some(2), "a missing file is still an error: {}", run.stderr);
}

/// If stderr can't be written either, nothing is reported and nothing panics.
#[test]
fn the_exit_code_stays_if_the_message_cannot_be_written() {
    let directory = directory();
    for (path, arguments) in COMMANDS {
        let mut command = command(path, arguments, &directory);
        let mut child = command.stdout(full()).stderr(full()).spawn().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(2), "{path} {arguments:?}");
    }
}
