//! How a command ends: exit codes, and pipes whose reader has gone.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::thread;

use crate::diagnostics::Diagnostics;

/// The outcome of a run. Every command documents the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Success: exit code 0.
    Fine,
    /// Nothing matched: exit code 1.
    NothingMatched,
    /// An error, reported on stderr: exit code 2.
    Failed,
    /// A signal ended the run early, in good order: exit code 128 plus its number, as in a shell; 130
    /// for Ctrl-C.
    Interrupted(u8),
    /// A command that was run for the user has ended: its exit code.
    Exited(u8),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Fine => 0,
            Outcome::NothingMatched => 1,
            Outcome::Failed => 2,
            Outcome::Interrupted(signal) => 128 + signal,
            Outcome::Exited(code) => code,
        })
    }
}

/// The exit code of `command` after a run that may have failed to write to stdout.
///
/// Flushes stdout, which may fail as well: at the end of the process nobody would notice. A closed
/// pipe (`slurpstats | head`) isn't an error; any other failure is reported on stderr.
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

/// The outcome of a run. An error is its message, which is reported on stderr.
pub fn outcome(result: Result<Outcome, String>, diagnostics: &mut Diagnostics) -> Outcome {
    result.unwrap_or_else(|message| {
        diagnostics.error(&message);
        Outcome::Failed
    })
}

/// Prints where a server listens.
///
/// If that can't be written, it is reported on stderr, except for a closed pipe, and the server runs
/// anyway. A thread of its own writes it, as a pipe may not be read for a long time.
pub fn announce(text: String, diagnostics: Diagnostics) {
    let announce = move || {
        // Bypasses the buffer of stdout, which would keep what it couldn't write, and fail again.
        let out = io::stdout().as_fd().try_clone_to_owned().map(File::from);
        let written = out.and_then(|mut out| out.write_all((text + "\n").as_bytes()));
        report(&written, &diagnostics);
    };
    // If no thread can be started, it isn't printed.
    drop(thread::Builder::new().name("stdout".into()).spawn(announce));
}

/// Reports that stdout couldn't be written, unless nobody reads it; returns whether it did.
fn report(written: &io::Result<()>, diagnostics: &Diagnostics) -> bool {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            diagnostics.note(&format_args!("writing to stdout failed: {error}"));
            true
        }
        _ => false,
    }
}
