//! Parses the arguments of kodemon, runs the server and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use kodemon::args::Arguments;
use kodemon::server;
use mmstats_cli::shutdown;

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    mmstats_cli::exit::code(server::NAME, server::run(&Arguments::parse()))
}
