//! Parses the arguments of pollstats, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use mmstats_cli::descriptors::raise_descriptor_limit;
use mmstats_cli::exit;
use mmstats_cli::generate::generate;
use mmstats_cli::shutdown;
use mmstats_tools::pollstats::{self, Arguments, NAME};

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    raise_descriptor_limit();
    let arguments = Arguments::parse();
    if let Some(what) = arguments.common.generate.what {
        return exit::code(NAME, generate(what, Arguments::command()));
    }
    pollstats::on_stdout(&arguments, |out, screen, shutdown| {
        pollstats::run(&arguments, out, screen, shutdown)
    })
}
