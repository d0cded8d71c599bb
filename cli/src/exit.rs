//! How a command ends: exit codes, and the reader of a pipe that has gone.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::thread;

use crate::diagnostics::Diagnostics;

/// The end of a run. The codes are part of every command's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well: exit code 0.
    Fine,
    /// There was nothing to do the work on: exit code 1.
    NothingMatched,
    /// Something went wrong, and stderr said what: exit code 2.
    Failed,
    /// This signal ended the run early, in good order: exit code 128 and its number, as a shell
    /// counts; 130 for Ctrl-C.
    Interrupted(u8),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Fine => 0,
            Outcome::NothingMatched => 1,
            Outcome::Failed => 2,
            Outcome::Interrupted(signal) => 128 + signal,
        })
    }
}

/// The exit code of `command` after a run whose writing to stdout may have failed.
///
/// Flushes stdout, which may fail as well: at the end of the process nobody would notice. A closed
/// pipe (`slurpstats | head`) is a quiet end; any other failure is reported on stderr.
pub fn code(command: &'static str, result: io::Result<Outcome>) -> ExitCode {
    let (outcome, written) = match result {
        Ok(outcome) => (outcome, io::stdout().flush()),
        Err(error) => (Outcome::Fine, Err(error)),
    };
    if report(&written, &Diagnostics::new(command)) {
        return Outcome::Failed.into();
    }
    outcome.into()
}

/// Prints where a server listens.
///
/// It serves all the same if that can't be written, which is reported on stderr; a closed pipe
/// isn't. A thread of its own writes it, as nobody may read a pipe for a long time.
pub fn announce(text: String, diagnostics: Diagnostics) {
    let announce = move || {
        // Past the buffer of stdout, which would keep what it couldn't write, and fail again.
        let out = io::stdout().as_fd().try_clone_to_owned().map(File::from);
        let written = out.and_then(|mut out| out.write_all((text + "\n").as_bytes()));
        report(&written, &diagnostics);
    };
    // Where there can be no thread, it isn't printed.
    drop(thread::Builder::new().name("stdout".into()).spawn(announce));
}

/// Whether stdout couldn't be written, for another reason than that nobody reads it.
fn report(written: &io::Result<()>, diagnostics: &Diagnostics) -> bool {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            diagnostics.note(&format_args!("writing to stdout failed: {error}"));
            true
        }
        _ => false,
    }
}
