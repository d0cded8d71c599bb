//! The tools as processes.

use std::path::Path;
use std::process::Command;

use mmstats_testing::command::{Run, run, tool};
use mmstats_testing::programs::built;

/// A tool beside recstats.
pub fn command(name: &str) -> Command {
    let recstats = Path::new(env!("CARGO_BIN_EXE_recstats"));
    assert_eq!(built(name).parent(), recstats.parent());
    tool(built(name))
}

pub fn recstats(arguments: &[&str]) -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_recstats"));
    command.args(arguments);
    command
}

/// What `pollstats --replay` shows of a recording, without waiting.
pub fn pollstats(recording: &Path, arguments: &[&str]) -> Run {
    let mut command = command("pollstats");
    run(command.args(["--speed", "0", "--replay"]).arg(recording).args(arguments))
}

/// What `slurpstats --at` shows of a recording.
pub fn slurpstats(recording: &Path, at: &str, arguments: &[&str]) -> Run {
    run(command("slurpstats").args(["--at", at]).arg(recording).args(arguments))
}

/// The lines of a run that went well, and what was noted.
#[track_caller]
pub fn lines(found: Run) -> (Vec<String>, String) {
    assert_eq!(found.code, Some(0), "{found:?}");
    (found.stdout.lines().map(str::to_owned).collect(), found.stderr)
}

/// Runs until it is killed.
pub struct Recorder(std::process::Child);

impl Recorder {
    pub fn start(recording: &Path, arguments: &[&str], directory: &Path) -> Self {
        let mut command = recstats(&["record", "--file"]);
        Self(command.arg(recording).args(arguments).arg(directory).spawn().unwrap())
    }

    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
