//! Parses the arguments of mmash, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use mmstats_tools::common::exit;
use mmstats_tools::mmash::{self, Arguments};

fn main() -> ExitCode {
    exit::code(mmash::NAME, mmash::run(&Arguments::parse()))
}
