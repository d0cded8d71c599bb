//! mmash as a process.

mod original;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;

use support::server::Server;
use support::tool;

/// mmash on the files of a directory.
fn mmash(directory: &Path) -> Server {
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    Server::start(command.args(["--listen", "127.0.0.1:0"]).env("MMSTATS_PATH", directory))
}
