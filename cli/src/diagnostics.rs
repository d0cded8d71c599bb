//! What a command prints on stderr: `slurpstats: PATH: reason`, one line each.

use std::fmt::Display;
use std::path::Path;

use crate::escape::{escape, escape_path};
use crate::log;

/// The messages of one run.
#[derive(Debug)]
pub struct Diagnostics {
    command: &'static str,
    errors: usize,
}

impl Diagnostics {
    /// Messages of the command with this name.
    pub const fn new(command: &'static str) -> Self {
        Self { command, errors: 0 }
    }

    /// Reports a file that couldn't be read, or not to its end. The run goes on and exits with 2.
    pub fn file_error(&mut self, path: &Path, reason: &dyn Display) {
        self.error(&format_args!("{}: {}", escape_path(path), escape(&reason.to_string())));
    }

    /// Reports any other error. The run goes on and exits with 2.
    pub fn error(&mut self, message: &dyn Display) {
        self.errors += 1;
        self.note(message);
    }

    /// Reports something that isn't an error. It may have several lines.
    pub fn note(&self, message: &dyn Display) {
        let message = format!("{}: {message}", self.command);
        // Texts in it are escaped already; lines stay.
        let lines: Vec<_> = message.split('\n').map(escape).collect();
        log::write(lines.join("\n"));
    }

    /// The number of errors so far.
    pub const fn errors(&self) -> usize {
        self.errors
    }
}
