//! Parses the arguments of mmash, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use mmash::Arguments;
use mmstats_cli::{exit, shutdown};

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    exit::code(mmash::NAME, mmash::run(&Arguments::parse()))
}
