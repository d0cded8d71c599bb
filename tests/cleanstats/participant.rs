//! A process that shares a directory, perhaps in its own pid namespace: it publishes, leaves what a
//! killed writer leaves, and runs cleanstats.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use mmstats::{Options, Published};
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::namespace::{Proc, unshare};
use mmstats_testing::required::requires;
use serde_json::Value;

use crate::cleanstats;

/// Where the kernel has the last pid that it assigned in the namespace; the next is one more.
const LAST_PID: &str = "/proc/sys/kernel/ns_last_pid";

/// A process that takes commands. Killed when dropped, with everything in its namespace.
pub struct Participant(Actor);

impl Participant {
    /// In the caller's namespace.
    pub fn here() -> Self {
        Self(Actor::start("participant::role"))
    }

    /// The first process of a new pid namespace; `None` if that isn't possible: the test is
    /// skipped.
    pub fn in_namespace(proc: Proc) -> Option<Self> {
        let mut command = unshare(proc)?;
        command.arg(env::current_exe().unwrap());
        Some(Self(Actor::start_by(command, "participant::role")))
    }

    /// Publishes this file until it ends.
    pub fn publish(&mut self, path: &Path) {
        self.0.ask(&format!("publish {}", path.display()));
    }

    /// Kills the process.
    pub fn kill(&mut self) {
        self.0.kill();
    }

    /// Starts a process beside this one that publishes the file until it ends. Returns its pid.
    pub fn start_writer(&mut self, path: &Path) -> u32 {
        self.0.ask(&format!("start {}", path.display())).parse().unwrap()
    }

    /// The same, and kills the process.
    pub fn leave_dead(&mut self, path: &Path) -> u32 {
        self.0.ask(&format!("leave {}", path.display())).parse().unwrap()
    }

    /// Starts a process beside this one that publishes nothing. Returns its pid.
    pub fn start_idler(&mut self) -> u32 {
        self.0.ask("idle").parse().unwrap()
    }

    /// Makes this the pid of the next process or thread of the namespace. If that isn't possible,
    /// the test is skipped.
    pub fn give_out_next(&mut self, pid: u32) -> bool {
        let refused = self.0.ask(&format!("next {pid}"));
        requires(
            refused.is_empty(),
            format_args!("no pid can be requested ({LAST_PID}: {refused})"),
        )
    }

    /// Runs cleanstats and returns its report.
    pub fn clean(&mut self, directory: &Path) -> Value {
        serde_json::from_str(&self.0.ask(&format!("clean {}", directory.display()))).unwrap()
    }
}

#[test]
#[ignore = "a role in other tests"]
fn role() {
    let mut published = Vec::new();
    let mut started = Vec::new();
    play(|line| match line.split_once(' ').unwrap_or((line, "")) {
        ("publish", path) => {
            published.push(publish(Path::new(path)));
            String::new()
        }
        ("start", path) => {
            let writer = writer(path);
            let pid = writer.0.pid().to_string();
            started.push(writer);
            pid
        }
        ("leave", path) => {
            let mut writer = writer(path);
            writer.kill();
            writer.0.pid().to_string()
        }
        ("idle", _) => {
            // A separate output, so that nobody waits for the end of this one's.
            let idler = Command::new("sleep").arg("60").stdout(Stdio::null()).spawn();
            idler.unwrap().id().to_string()
        }
        ("next", pid) => {
            let last = pid.parse::<u32>().unwrap() - 1;
            let outcome = fs::write(LAST_PID, last.to_string());
            outcome.err().map_or_else(String::new, |error| error.to_string())
        }
        ("clean", directory) => cleanstats(Path::new(directory), &["-o", "json"]).stdout,
        _ => panic!("{line}"),
    });
}

fn publish(path: &Path) -> Published<()> {
    let (directory, name) = (path.parent().unwrap(), path.file_name().unwrap());
    let options = Options::dynamic("Participant").path(directory).filename(name.to_str().unwrap());
    let stats = options.create().unwrap();
    assert_eq!(stats.path(), Some(path), "nobody else has the name");
    stats
}

fn writer(path: &str) -> Participant {
    let mut writer = Participant::here();
    writer.publish(Path::new(path));
    writer
}
