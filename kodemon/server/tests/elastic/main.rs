//! kodemon with an engine, alone or beside SQLite: a real one and one with deliberate errors.

mod both_stores;
mod engine;
mod errors;
mod fake_engine;
mod indices;
mod lifecycle;

use std::path::Path;
use std::process::Command;

use mmstats_testing::command::tool;

/// kodemon with these stores, on ports that the system chooses, with its stats in this directory.
fn command(directory: &Path, stores: &[&str]) -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_kodemon"));
    command.args(["--udp", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
    command.args(stores.iter().flat_map(|store| ["--store", store]));
    command.env("MMSTATS_PATH", directory);
    command
}
