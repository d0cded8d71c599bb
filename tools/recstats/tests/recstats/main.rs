//! The program `recstats`, from outside.

mod arguments;
mod damaged;
mod export;
mod made;
mod process;
mod prometheus;
mod record;
mod unwritable;

use std::path::Path;
use std::process::Command;

use mmstats_testing::command::{Run, run, tool};

/// `recstats` with these arguments.
fn recstats(arguments: &[&str]) -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_recstats"));
    command.args(arguments);
    command
}

/// Runs it with a recording as the argument behind the command.
fn run_on(command: &str, recording: &Path, arguments: &[&str]) -> Run {
    run(recstats(&[command]).arg(recording).args(arguments))
}

/// The object that `recstats info` prints.
#[track_caller]
fn info(recording: &Path) -> serde_json::Value {
    let Run { code, stdout, stderr } = run_on("info", recording, &["-o", "json"]);
    assert_eq!(code, Some(0), "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}
