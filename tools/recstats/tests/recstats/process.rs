//! A recorder as a process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::StatsFile;
use mmstats_recording::{Recording, Snapshot};
use mmstats_testing::TIMEOUT;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::recstats;

/// A recorder that runs until it is dropped.
pub struct Recorder {
    child: Child,
    /// What it prints on stderr, read by a thread so that waiting for a line can time out.
    lines: Receiver<String>,
    pub path: PathBuf,
}

impl Recorder {
    /// Records often what is in a directory; returns when the first poll has been recorded.
    pub fn start(path: &Path, directory: &Path) -> Self {
        let mut command = recstats(&["record", "--interval", "20ms", "--file"]);
        Self::of(command.arg(path).arg(directory), path)
    }

    /// By a command that records to this path.
    pub fn of(command: &mut Command, path: &Path) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let recorder = Self { child, lines, path: path.to_owned() };
        recorder.await_line("; press Ctrl-C to stop");
        recorder
    }

    /// The next line that has this in it.
    #[track_caller]
    pub fn await_line(&self, text: &str) -> String {
        let mut others = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(TIMEOUT) {
            if line.contains(text) {
                return line;
            }
            others.push(line);
        }
        panic!("no line has {text:?}: {others:?}");
    }

    /// Waits until the last poll that was recorded is as wanted.
    #[track_caller]
    pub fn await_poll(&self, is_wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let began = Instant::now();
        loop {
            let last = last_poll(&self.path);
            if let Some(last) = last.filter(&is_wanted) {
                return last;
            }
            assert!(began.elapsed() < TIMEOUT, "it isn't recorded");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it with a signal; returns its exit code and what else it printed.
    #[track_caller]
    pub fn end(mut self, signal: Signal) -> (Option<i32>, Vec<String>) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < TIMEOUT, "it doesn't end");
            thread::sleep(Duration::from_millis(2));
        };
        (status.code(), self.lines.iter().collect())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The last poll of a recording, if there is one.
pub fn last_poll(path: &Path) -> Option<Snapshot> {
    let recording = Recording::open(path).unwrap();
    let (_, last) = recording.bounds().unwrap()?;
    recording.at(last).unwrap()
}

/// The sum of a counter over files.
pub fn sum<'a>(files: impl Iterator<Item = &'a StatsFile>, label: &str) -> u64 {
    files.filter_map(|file| file.get(label)?.value().as_u64()).sum()
}

/// The sum of a counter over the files of a poll.
pub fn sum_of(poll: &Snapshot, label: &str) -> u64 {
    sum(poll.files.iter().map(mmstats::WatchedFile::file), label)
}
