//! Parses the arguments of mmash, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use mmstats_tools::common::{exit, signals};
use mmstats_tools::mmash::{self, Arguments};

fn main() -> ExitCode {
    signals::survive_file_size_limit();
    exit::code(mmash::NAME, mmash::run(&Arguments::parse()))
}
