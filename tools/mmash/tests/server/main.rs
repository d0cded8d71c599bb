//! mmash as a process.

mod api;
mod blocked;
mod compat;
mod conventions;
mod dimensions;
mod history;
mod limits;
mod load;
mod metrics;
mod openapi;
mod output_errors;
mod owners;
mod past;
mod prometheus;
mod proxy;
mod recorded;
mod security;
mod signals;
mod stream;
mod workers;

use std::path::Path;
use std::process::Command;

use mmstats_testing::command::tool;
use mmstats_testing::server::Server;

/// mmash on the files of a directory.
fn mmash(directory: &Path) -> Server {
    Server::start(&mut command(directory))
}

/// The same as a command, for more arguments. It publishes no telemetry, so that the test's stats
/// are the only ones.
fn command(directory: &Path) -> Command {
    command_on("127.0.0.1:0", directory)
}

/// The same at a given address.
fn command_on(address: &str, directory: &Path) -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.args(["--listen", address, "--glob"]).arg(directory);
    command.env("MMSTATS_PATH", directory.join("none"));
    command
}
