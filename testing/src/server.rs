//! A server as a process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use crate::TIMEOUT;
use crate::http::{self, Answer};

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Its output, read by a thread so that waiting for a line can time out.
    lines: Mutex<Receiver<String>>,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a command that prints its address as its first line: `http://ADDRESS/`, or
    /// `unix:PATH`, which takes no requests here.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut server = Self { child, lines: lines.into(), address: ([0; 4], 0).into() };
        let line = server.next_line();
        if !line.starts_with("unix:") {
            let address = line.strip_prefix("http://").and_then(|rest| rest.strip_suffix('/'));
            let address = address.unwrap_or_else(|| panic!("{line:?} is no address"));
            server.address = address.parse().unwrap();
        }
        server
    }

    /// The next line of its output; an empty one if it has ended.
    #[track_caller]
    pub fn next_line(&mut self) -> String {
        match self.lines.get_mut().unwrap().recv_timeout(TIMEOUT) {
            Ok(line) => line,
            Err(RecvTimeoutError::Disconnected) => String::new(),
            Err(RecvTimeoutError::Timeout) => panic!("it prints nothing more, and doesn't end"),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A number in a file of its folder in `/proc`: `proc_number("status", "VmRSS:")`.
    #[track_caller]
    pub fn proc_number(&self, file: &str, name: &str) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/{file}", self.pid())).unwrap();
        let found = text.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap().split_whitespace().next().unwrap().parse().unwrap()
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        http::get(self.address, path)
    }

    pub fn send(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    /// Does something between two polls.
    pub fn while_stopped(&self, action: impl FnOnce()) {
        let pid = Pid::from_raw(self.child.id().cast_signed());
        self.send(Signal::SIGSTOP);
        waitpid(pid, Some(WaitPidFlag::WUNTRACED)).unwrap();
        action();
        self.send(Signal::SIGCONT);
    }

    /// Ends it with a signal and returns its exit code.
    #[track_caller]
    pub fn end(mut self, signal: Signal) -> Option<i32> {
        self.send(signal);
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < TIMEOUT, "it doesn't end");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
