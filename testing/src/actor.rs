//! This test program as another process, driven line by line.

use std::env;
use std::io::{self, BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use crate::command::tool;

/// Set in an actor's environment; without it a role ends at once.
const VARIABLE: &str = "MMSTATS_TEST_ACTOR";
/// The prefix of an answer, as the test harness writes to the same lines.
const MARK: &str = "answer: ";

/// A process that plays a role: an ignored test of this program that calls [`play`]. It is killed
/// when dropped.
pub struct Actor {
    child: Child,
    /// `None` when it has been told to end.
    lines: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Actor {
    pub fn start(role: &str) -> Self {
        Self::start_by(Command::new(env::current_exe().unwrap()), role)
    }

    /// The same with these settings in its environment and no others.
    pub fn start_with(role: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = tool(env::current_exe().unwrap());
        command.envs(variables.iter().copied());
        Self::start_by(command, role)
    }

    /// The same by a command that ends as this program.
    pub fn start_by(mut command: Command, role: &str) -> Self {
        let mut child = command
            .args(["--ignored", "--nocapture", "--test-threads", "1", "--exact", role])
            .env(VARIABLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, answers }
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    pub fn send(&mut self, line: &str) {
        writeln!(self.lines.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next answer; panics if the actor ended instead.
    pub fn answer(&mut self) -> String {
        let mut answers = self.answers.by_ref().map(Result::unwrap);
        let answer = answers.find_map(|line| Some(line.split_once(MARK)?.1.to_owned()));
        answer.expect("the actor answers")
    }

    pub fn ask(&mut self, line: &str) -> String {
        self.send(line);
        self.answer()
    }

    /// Sends no more lines, and waits for its orderly end.
    pub fn end(&mut self) {
        self.lines = None;
        self.answers.by_ref().for_each(drop);
        assert!(self.child.wait().unwrap().success());
    }

    /// Kills it with SIGKILL and waits for it.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it and waits for its end without reaping it: its pid stays.
    pub fn make_zombie(&mut self) {
        self.child.kill().unwrap();
        waitid(Id::Pid(self.pid()), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers each line until the test that sends them ends.
pub fn play(mut answer: impl FnMut(&str) -> String) {
    if env::var_os(VARIABLE).is_none() {
        return;
    }
    for line in io::stdin().lines() {
        println!("{MARK}{}", answer(&line.unwrap()));
    }
}
