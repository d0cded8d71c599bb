//! Parses the arguments of kodemon, runs the server and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use kodemon_server::{Arguments, NAME, run};
use mmstats_cli::shutdown;

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    mmstats_cli::exit::code(NAME, run(&Arguments::parse()))
}
