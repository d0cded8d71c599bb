//! Parses the arguments of recstats, runs the command and exits.
#![forbid(unsafe_code)]

use std::env;
use std::ffi::OsStr;
use std::process::ExitCode;

use clap::Parser;
use mmstats_cli::{descriptors, exit, shutdown};
use recstats::{Arguments, NAME, pollstats, run, slurpstats};

fn main() -> ExitCode {
    descriptors::raise_descriptor_limit();
    shutdown::survive_file_size_limit();
    // What these two do with a recording, they do as this program.
    match env::args_os().nth(1).as_deref().and_then(OsStr::to_str) {
        Some("pollstats") => pollstats(),
        Some("slurpstats") => slurpstats(),
        _ => exit::code(NAME, run(&Arguments::parse())),
    }
}
