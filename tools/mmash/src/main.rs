//! Parses the arguments of mmash, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use mmash::Arguments;
use mmstats_cli::{descriptors, exit, shutdown};

fn main() -> ExitCode {
    descriptors::raise_descriptor_limit();
    shutdown::survive_file_size_limit();
    exit::code(mmash::NAME, mmash::run(&Arguments::parse()))
}
