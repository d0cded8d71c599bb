//! Parses the arguments of kodemon, runs the server and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use cli::signals;
use kodemon::args::Arguments;
use kodemon::server;

fn main() -> ExitCode {
    signals::survive_file_size_limit();
    cli::exit::code(server::NAME, server::run(&Arguments::parse()))
}
