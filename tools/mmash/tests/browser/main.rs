//! mmash's page in a real browser.

mod charts;
mod columns;
mod dead_programs;
mod history;
mod list;
mod live;
mod names;
mod proxy;
mod recorded;

use std::path::Path;
use std::process::Command;

use mmstats_testing::command::tool;
use mmstats_testing::server::Server;

/// mmash on the files of a directory, polling often. It publishes no telemetry, so that the test's
/// stats are the only ones.
fn mmash(address: &str, directory: &Path) -> Server {
    Server::start(command(address, directory).env("MMSTATS_PATH", directory.join("none")))
}

/// The same, with its telemetry among them.
fn mmash_with_telemetry(address: &str, directory: &Path) -> Server {
    Server::start(command(address, directory).env("MMSTATS_PATH", directory))
}

fn command(address: &str, directory: &Path) -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.args(["--listen", address, "--interval", "0.2", "--glob"]).arg(directory);
    command
}

/// Where mmash listens.
const ANYWHERE: &str = "127.0.0.1:0";

fn cell(label: &str, column: &str) -> String {
    format!("document.querySelector('.row[data-label=\"{label}\"] .{column}').textContent")
}

/// The labels of the rows in the page.
const LABELS: &str =
    "[...document.querySelectorAll('.row[data-label]')].map(row => row.dataset.label)";
