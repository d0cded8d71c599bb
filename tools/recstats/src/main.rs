//! Parses the arguments of recstats, runs the command and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use mmstats_cli::{descriptors, exit, shutdown};
use recstats::{Arguments, NAME, run};

fn main() -> ExitCode {
    descriptors::raise_descriptor_limit();
    shutdown::survive_file_size_limit();
    exit::code(NAME, run(&Arguments::parse()))
}
