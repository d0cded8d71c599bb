//! cleanstats interrupted among ten thousand files: each is whole or gone.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mmstats_testing::command::ignoring;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::command;
use crate::participant::Participant;

const FILES: usize = 10_000;

/// What a killed writer left, under many names.
fn stale_files() -> (TempDir, Vec<u8>) {
    // In memory, where writers put their files, and which is fast.
    let memory = Path::new("/dev/shm");
    let directory =
        if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let directory = directory.unwrap();
    let left = directory.path().join("left.mmstats");
    let mut writer = Participant::here();
    writer.publish(&left);
    writer.kill();
    let bytes = fs::read(&left).unwrap();
    fs::remove_file(left).unwrap();
    for number in 0..FILES {
        fs::write(directory.path().join(format!("{number}.mmstats")), &bytes).unwrap();
    }
    (directory, bytes)
}

fn names(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Sends the signal when the first removal has been reported. Returns the exit code and the output.
/// The pipe isn't read meanwhile: it holds a tenth of the lines, so the run can't be over.
fn interrupt(mut run: Command, signal: Signal) -> (Option<i32>, Vec<String>) {
    let mut child = run.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::with_capacity(64, child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
    let reported = std::iter::once(first).chain(lines.map(Result::unwrap)).collect();
    let status = child.wait().unwrap();
    (status.code().or(status.signal().map(|signal| -signal)), reported)
}

#[test]
fn an_interrupted_run_leaves_each_file_whole_or_gone_and_counts_what_it_removed() {
    let (directory, bytes) = stale_files();
    let directory = directory.path();
    let run = || {
        let mut command = command();
        command.arg(directory);
        command
    };
    let mut there = FILES;
    for (signal, expected) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let (code, mut reported) = interrupt(run(), signal);
        assert_eq!(code, Some(expected), "{reported:?}");
        let count = reported.pop().unwrap();
        assert!(reported.iter().all(|line| line.contains(". Deleting ")), "{reported:?}");
        assert_eq!(count, format!("Removed {}  -  0 alive, 0 undecided", reported.len()));
        assert_eq!(names(directory).len(), there - reported.len());
        assert!(reported.len() < there, "the run was not interrupted");
        there -= reported.len();
    }
    let (code, reported) = interrupt(run(), Signal::SIGKILL);
    assert_eq!(code, Some(-9));
    let left = names(directory);
    // The last removal may not have been reported.
    let gone = there - left.len();
    assert!(
        gone == reported.len() || gone == reported.len() + 1,
        "{gone} gone, {} reported",
        reported.len()
    );

    for path in &left {
        assert!(fs::read(path).unwrap() == bytes, "{} has changed", path.display());
        assert!(File::open(path).unwrap().try_lock().is_ok(), "{} is locked", path.display());
    }
    // Started with `nohup`, it runs to completion.
    let (code, reported) = interrupt(ignoring(&[Signal::SIGHUP], &run()), Signal::SIGHUP);
    let count = format!("Removed {}  -  0 alive, 0 undecided", left.len());
    assert_eq!((code, reported.last()), (Some(0), Some(&count)));
    assert!(names(directory).is_empty());
}
