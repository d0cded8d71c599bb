//! What is wrong with files, on stderr.

use std::collections::HashSet;
use std::path::PathBuf;

use mmstats_cli::diagnostics::Diagnostics;

/// What is wrong with files, told when it begins and not at each look.
#[derive(Debug)]
pub struct Wrongs {
    diagnostics: Diagnostics,
    told: HashSet<(PathBuf, String)>,
}

impl Wrongs {
    /// Nothing so far.
    pub fn new(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, told: HashSet::new() }
    }

    /// Tells what is new among that which a look found. What has gone is new when it comes back.
    pub fn tell(&mut self, found: &[(PathBuf, String)]) {
        let new = found.iter().filter(|wrong| !self.told.contains(wrong));
        new.for_each(|(path, reason)| self.diagnostics.file_error(path, reason));
        self.told = found.iter().cloned().collect();
    }
}
