//! Errors of single files, on stderr.

use std::collections::HashSet;
use std::path::PathBuf;

use mmstats_cli::diagnostics::Diagnostics;

/// Reports each error once, and not at every poll.
#[derive(Debug)]
pub struct FileErrors {
    diagnostics: Diagnostics,
    reported: HashSet<(PathBuf, String)>,
}

impl FileErrors {
    /// No errors so far.
    pub fn new(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, reported: HashSet::new() }
    }

    /// Reports those errors of a poll that the previous one didn't have.
    pub fn report(&mut self, errors: &[(PathBuf, String)]) {
        let new = errors.iter().filter(|error| !self.reported.contains(error));
        new.for_each(|(path, reason)| self.diagnostics.file_error(path, reason));
        self.reported = errors.iter().cloned().collect();
    }
}
