//! Parses the arguments of cleanstats, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use mmstats_tools::cleanstats::{self, Arguments};
use mmstats_tools::common::exit;

fn main() -> ExitCode {
    exit::code(cleanstats::NAME, cleanstats::run(&Arguments::parse()))
}
