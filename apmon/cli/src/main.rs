//! Parses the arguments of apmon, runs the command and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use apmon_cli::{Arguments, NAME, run};
use clap::Parser;
use mmstats_cli::shutdown;

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    mmstats_cli::exit::code(NAME, run(&Arguments::parse()))
}
