//! Parses the arguments of pollstats, calls it and exits.
#![forbid(unsafe_code)]

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use mmstats_cli::descriptors::raise_descriptor_limit;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::generate::generate;
use mmstats_cli::shutdown::{self, Shutdown};
use mmstats_tools::pollstats::{self, Arguments, NAME, Screen};

fn main() -> ExitCode {
    shutdown::survive_file_size_limit();
    raise_descriptor_limit();
    let arguments = Arguments::parse();
    if let Some(what) = arguments.common.generate.what {
        return exit::code(NAME, generate(what, Arguments::command()));
    }
    let shutdown = match Shutdown::on_signal() {
        Ok(shutdown) => shutdown,
        Err(error) => {
            Diagnostics::new(NAME).note(&format_args!("can't handle signals: {error}"));
            return Outcome::Failed.into();
        }
    };
    let mut stdout = io::stdout().lock();
    let screen = Screen::of(&stdout, arguments.common.color);
    let result = pollstats::run(&arguments, &mut stdout, screen, &shutdown);
    let Some(interrupted) = shutdown.outcome() else {
        return exit::code(NAME, result);
    };
    if stdout.is_terminal() {
        // Behind the `^C` that the terminal showed.
        drop(writeln!(stdout));
    }
    interrupted.into()
}
