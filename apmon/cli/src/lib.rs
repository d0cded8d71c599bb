//! The program `apmon`: sends, receives and decodes packets, monitors hosts and jobs, and checks
//! configuration files.
#![forbid(unsafe_code)]

mod args;
mod check;
mod decode;
mod monitor;
mod names;
mod password_file;
mod published;
mod receive;
mod regular_file;
mod run;
mod send;
mod sender;
pub mod show;
mod stats_files;

use std::io;

use clap::CommandFactory;
use mmstats_cli::exit::Outcome;
use mmstats_cli::generate::generate;

use args::Command;
pub use args::{Arguments, NAME};

/// What benchmarks of this repository use; not part of the interface.
#[doc(hidden)]
pub mod internals {
    pub use crate::receive::{Admission, Intake, MAX_BYTES, Packets, Queue, Senders, Stats};
}

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
        Some(Command::Check(check)) => check::run(check),
        Some(Command::Decode(decode)) => decode::run(decode),
        Some(Command::Monitor(monitor)) => Ok(monitor::run(monitor)),
        Some(Command::Receive(receive)) => Ok(receive::run(receive)),
        Some(Command::Run(run)) => Ok(run::run(run)),
        Some(Command::Send(send)) => Ok(send::run(send)),
        None => {
            // clap asks for a command, unless `--generate` is there.
            Ok(Outcome::Failed)
        }
    }
}
