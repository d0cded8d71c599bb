//! What is damaged in a recording: reported, and the rest goes on.

use std::path::Path;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::plural::counted;
use mmstats_recording::RecordingError;

/// How many are reported one by one.
const REPORTED: usize = 20;

/// Reports damage.
#[derive(Debug)]
pub struct Damages<'a> {
    path: &'a Path,
    found: usize,
}

impl<'a> Damages<'a> {
    /// Of this recording.
    pub fn new(path: &'a Path) -> Self {
        Self { path, found: 0 }
    }

    /// Reports an error of a part that is left out.
    ///
    /// # Errors
    ///
    /// Returns the message of an error that isn't about a part.
    pub fn add(&mut self, error: &RecordingError, diagnostics: &Diagnostics) -> Result<(), String> {
        let message = message(self.path, error);
        if !matches!(error, RecordingError::Damaged(_) | RecordingError::TooLarge { .. }) {
            return Err(message);
        }
        self.found += 1;
        if self.found <= REPORTED {
            diagnostics.note(&format_args!("warning: {message}"));
        }
        Ok(())
    }

    /// Says how many weren't reported.
    pub fn finish(self, diagnostics: &Diagnostics) {
        if let Some(more) = self.found.checked_sub(REPORTED).filter(|more| *more > 0) {
            let (path, more) = (escape_path(self.path), counted(more, "more damaged rows"));
            diagnostics.note(&format_args!("warning: {path}: {more}"));
        }
    }
}

/// The path and the reason.
pub fn message(path: &Path, error: &RecordingError) -> String {
    format!("{}: {}", escape_path(path), escape(&error.to_string()))
}
