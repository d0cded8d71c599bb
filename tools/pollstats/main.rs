//! Parses the arguments of pollstats, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::CommandFactory;
use mmstats_cli::descriptors::raise_descriptor_limit;
use mmstats_cli::exit;
use mmstats_cli::generate::generate;
use mmstats_cli::shutdown;
use mmstats_tools::common::recstats::replace_by_recstats;
use mmstats_tools::pollstats::{self, Arguments, NAME};

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    raise_descriptor_limit();
    let arguments = Arguments::from_command_line();
    if let Some(what) = arguments.common.generate.what {
        return exit::code(NAME, generate(what, Arguments::command()));
    }
    if arguments.replay.is_some() {
        return replace_by_recstats(NAME).into();
    }
    pollstats::on_stdout(&arguments, |out, screen, shutdown| {
        pollstats::run(&arguments, out, screen, shutdown)
    })
}
