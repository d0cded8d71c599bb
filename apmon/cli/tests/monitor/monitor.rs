//! `apmon monitor` as a process that is killed when it is dropped.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use mmstats_testing::command::tool;
use mmstats_testing::figures::FigureReceiver;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The command; its packets are large enough for a sample, and none is due within a test.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_apmon"));
    command.args(["monitor", "--interval", "24h", "--set", "maxMsgSize=8192"]).args(arguments);
    command
}

/// One that runs.
pub struct Monitor {
    child: Child,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Monitor {
    /// One that sends to a receiver, once it has said so.
    #[track_caller]
    pub fn start(receiver: &FigureReceiver, arguments: &[&str]) -> Self {
        Self::of(command(&["-d", &receiver.destination()]).args(arguments))
    }

    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut monitor = Self { child, stderr };
        while !monitor.report().contains(": sending figures of ") {}
        monitor
    }

    /// The next line of its stderr.
    #[track_caller]
    pub fn report(&mut self) -> String {
        self.stderr.next().expect("it reports something").unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    /// Its exit code after a signal, and how long it took to end.
    pub fn end_by(mut self, signal: Signal) -> (Option<i32>, Duration) {
        let began = Instant::now();
        self.signal(signal);
        let status = self.child.wait().unwrap();
        (status.code(), began.elapsed())
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
