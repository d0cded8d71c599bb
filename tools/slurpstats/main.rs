//! Parses the arguments of slurpstats, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use mmstats_cli::{exit, shutdown};
use mmstats_tools::common::recstats::replace_by_recstats;
use mmstats_tools::slurpstats::{self, Arguments, NAME};

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    let arguments = Arguments::from_command_line();
    if arguments.at.is_some() && arguments.common.generate.what.is_none() {
        return replace_by_recstats(NAME).into();
    }
    exit::code(NAME, slurpstats::run(&arguments))
}
