//! How a command ends: exit codes, and the reader of a pipe that has gone.

use std::io;
use std::process::ExitCode;

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
/// A closed pipe (`slurpstats | head`) is a quiet end; any other failure is told on stderr.
pub fn code(command: &str, result: io::Result<Outcome>) -> ExitCode {
    match result {
        Ok(outcome) => outcome.into(),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Fine.into(),
        Err(error) => {
            eprintln!("{command}: writing to stdout failed: {error}");
            Outcome::Failed.into()
        }
    }
}
