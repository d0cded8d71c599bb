//! Which thread wrote a file: one may have several.

use std::collections::HashSet;

use mmstats::{ProcessKey, StatsFile};

/// The thread that writes a file. It has several files if its series need more room than one has, or
/// if it has several stats structs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Writer {
    process: ProcessKey,
    thread: i64,
}

impl Writer {
    /// The writer of a file; `None` if the file doesn't say.
    pub fn of(file: &StatsFile) -> Option<Self> {
        Some(Self { process: file.process()?, thread: file.tid()? })
    }
}

/// Counts the writers of files.
#[derive(Debug, Default)]
pub struct Writers {
    known: HashSet<Writer>,
    /// Files that don't say who wrote them.
    unknown: usize,
}

impl Writers {
    /// Adds the writer of a file. Each file that doesn't say counts as one.
    pub fn add(&mut self, file: &StatsFile) {
        match Writer::of(file) {
            Some(writer) => _ = self.known.insert(writer),
            None => self.unknown += 1,
        }
    }

    /// How many writers were added.
    pub fn count(&self) -> usize {
        self.known.len() + self.unknown
    }
}
