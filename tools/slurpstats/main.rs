//! Parses the arguments of slurpstats, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use mmstats_cli::{exit, shutdown};
use mmstats_tools::slurpstats::{self, Arguments};

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    exit::code(slurpstats::NAME, slurpstats::run(&Arguments::from_command_line()))
}
