//! `apmon decode`: what packets have in them.

use std::fs;
use std::io::{self, Write};

use apmon::wire::Packet;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::Outcome;

use crate::args::{DecodeArguments, NAME};

/// Prints each packet.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &DecodeArguments) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    for path in &arguments.files {
        match fs::read(path) {
            Err(error) => diagnostics.file_error(path, &error),
            Ok(bytes) => match Packet::decode(&bytes) {
                Ok(packet) => writeln!(io::stdout(), "{packet:?}")?,
                Err(error) => diagnostics.file_error(path, &error),
            },
        }
    }
    Ok(if diagnostics.errors() == 0 { Outcome::Fine } else { Outcome::Failed })
}
