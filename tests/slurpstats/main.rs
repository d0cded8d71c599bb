//! slurpstats as a process, on files of the original's writers and of ours.

mod dimensions;
mod dimensions_prom;
mod every_kind;
mod file;
mod formats;
mod hostile_dimensions;
mod originals;
mod owner;
mod selection;
mod sum;

use std::process::Command;

use mmstats_testing::command::{Run, run, tool};
use serde_json::Value;

fn command() -> Command {
    tool(env!("CARGO_BIN_EXE_slurpstats"))
}

fn slurpstats<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Run {
    run(command().args(arguments))
}

/// The output of a successful run.
#[track_caller]
fn output<'a>(arguments: impl IntoIterator<Item = &'a str>) -> String {
    let Run { code, stdout, stderr } = slurpstats(arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    stdout
}

#[track_caller]
fn json<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Value {
    let text = output(["-o", "json"].into_iter().chain(arguments));
    serde_json::from_str(&text).expect("JSON")
}

fn vector(name: &str) -> String {
    format!("{}/tests/data/{name}.mmstats", env!("CARGO_MANIFEST_DIR"))
}
