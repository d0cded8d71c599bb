//! Parses the arguments of cleanstats, calls it and exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::shutdown::{self, Shutdown};
use mmstats_tools::cleanstats::{self, Arguments, NAME};

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    let arguments = Arguments::parse();
    match Shutdown::on_signal() {
        Ok(shutdown) => exit::code(NAME, cleanstats::run(&arguments, &shutdown)),
        Err(error) => {
            Diagnostics::new(NAME).note(&format_args!("can't handle signals: {error}"));
            Outcome::Failed.into()
        }
    }
}
