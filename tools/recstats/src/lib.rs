//! The program `recstats`: records the stats of programs, and looks at recordings.
#![forbid(unsafe_code)]

mod args;
mod cut;
mod damages;
mod dates;
mod default_file;
mod export;
mod info;
mod opened;
mod record;
mod replay;
mod snapshot;
mod units;

use std::io;

use clap::CommandFactory;
use mmstats_cli::exit::Outcome;
use mmstats_cli::generate::generate;

use args::Command;
pub use args::{Arguments, NAME};
pub use replay::{pollstats, replay};
pub use snapshot::slurpstats;

/// Runs a command.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &Arguments) -> io::Result<Outcome> {
    if let Some(what) = arguments.generate.what {
        return generate(what, Arguments::command());
    }
    match &arguments.command {
        Some(Command::Cut(cut)) => cut::run(cut),
        Some(Command::Export(export)) => export::run(export),
        Some(Command::Info(info)) => info::run(info),
        Some(Command::Record(record)) => Ok(record::run(record)),
        None => {
            // clap asks for a command, unless `--generate` is there.
            Ok(Outcome::Failed)
        }
    }
}
