//! What the command gets is what it would get without `apmon run`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use mmstats_testing::command::{ignoring, run, tool, within};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::command::{apmon_run, apmon_run_script, end};

#[test]
fn arguments_are_passed_whatever_bytes_they_have() {
    let arguments: [&[u8]; 7] = [b"-d", b"--", b"", b"a b", b"\xff\x01", b"--help", b"$HOME\n"];
    let arguments = arguments.map(OsStr::from_bytes);
    let output = apmon_run("printf").arg("%s|").args(arguments).output().unwrap();
    assert_eq!(output.stdout, b"-d|--||a b|\xff\x01|--help|$HOME\n|");
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}

#[test]
fn stdin_and_stdout_are_the_commands_own() {
    let (stdin, mut lines) = std::io::pipe().unwrap();
    let (mut read, stdout) = std::io::pipe().unwrap();
    let mut command = apmon_run("cat");
    let mut child = command.stdin(stdin).stdout(stdout).spawn().unwrap();
    drop(command);
    for _ in 0..3 {
        let mut buffer = [0; 5];
        lines.write_all(b"line\n").unwrap();
        read.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"line\n");
    }
    drop(lines);
    assert_eq!(read.read(&mut [0; 1]).unwrap(), 0, "nobody else has stdout");
    assert_eq!(end(&mut child), Some(0));
}

/// Who reads only the first line of the command's output ends it, as without `apmon run`.
#[test]
fn a_closed_pipe_ends_the_command_by_a_signal() {
    let mut command = apmon_run("yes");
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 2]).unwrap();
    drop(stdout);
    assert_eq!(end(&mut child), Some(128 + Signal::SIGPIPE as i32));
}

#[test]
fn environment_directory_and_descriptors_are_the_same() {
    let directory = TempDir::new().unwrap();
    let script = "env | sort; pwd; cat /proc/self/stat | cut -d ' ' -f 5-6; ls /proc/self/fd";
    let of = |mut command: Command| {
        let shown = run(command.current_dir(&directory).env("APMON_PASSWORD", "secret"));
        assert_eq!((shown.code, &*shown.stderr), (Some(0), ""));
        // `_` is the shell's.
        shown
            .stdout
            .lines()
            .filter(|line| !line.starts_with("_="))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut plain = tool("sh");
    plain.args(["-c", script]);
    assert_eq!(of(apmon_run_script(script)), of(plain));
}

#[test]
fn signals_are_neither_blocked_nor_ignored_unless_they_were() {
    let status = |command: &Command| {
        let mut command = within(Command::new("env"), command);
        let status = run(command.stdin(Stdio::null())).stdout;
        let lines = status.lines().filter_map(|line| line.split_once(':'));
        let lines: BTreeMap<_, _> =
            lines.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        ["SigBlk", "SigIgn", "SigCgt"].map(|name| lines[name].clone())
    };
    let mut plain = tool("cat");
    plain.arg("/proc/self/status");
    let mut ours = apmon_run("cat");
    ours.arg("/proc/self/status");
    assert_eq!(status(&ours), status(&plain));
    let ignored = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGUSR1, Signal::SIGXFSZ];
    let [ours, plain] = [ours, plain].map(|command| status(&ignoring(&ignored, &command)));
    assert_eq!(ours, plain);
    let mask = u64::from_str_radix(&ours[1], 16).unwrap();
    assert!(ignored.iter().all(|signal| mask & 1 << (*signal as i32 - 1) != 0), "{mask:x}");
}

#[test]
fn nothing_is_written_to_a_stdout_that_is_full() {
    let directory = TempDir::new().unwrap();
    let output = directory.path().join("output");
    let mut child = apmon_run_script("echo out; echo err >&2")
        .stdout(File::create(&output).unwrap())
        .stderr(File::create(directory.path().join("e")).unwrap())
        .spawn()
        .unwrap();
    assert_eq!(end(&mut child), Some(0));
    assert_eq!(fs::read(output).unwrap(), b"out\n");
}
