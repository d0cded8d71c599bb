//! How many threads wrote some files: one may have several.

use std::collections::HashSet;

use mmstats::{ProcessKey, StatsFile};

/// Counts the writers of files. A thread has several files if its series need more room than one, or
/// if it has several stats structs.
#[derive(Debug, Default)]
pub struct Writers {
    threads: HashSet<(ProcessKey, i64)>,
    /// Files that don't say which thread wrote them.
    unknown: usize,
}

impl Writers {
    /// Adds the writer of a file. Each file that doesn't say counts as one.
    pub fn add(&mut self, file: &StatsFile) {
        match file.process().zip(file.tid()) {
            Some(thread) => _ = self.threads.insert(thread),
            None => self.unknown += 1,
        }
    }

    /// How many writers were added.
    pub fn count(&self) -> usize {
        self.threads.len() + self.unknown
    }
}
