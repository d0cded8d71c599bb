//! What every output format is given: one file after the other, errors, the end.

use std::io;
use std::ops::Deref;
use std::path::Path;

use mmstats::{Life, Stat, StatsFile, Verdict};

use crate::common::patterns::{LabelPattern, any_selects};

/// A file, and which of its stats are selected.
#[derive(Clone, Copy)]
pub struct SelectedFile<'a> {
    /// The file.
    pub file: &'a StatsFile,
    /// Whether its program is alive; found out only for formats that show it.
    pub life: &'a dyn Deref<Target = Life>,
    labels: &'a [LabelPattern],
    /// Whether files of dead programs were asked for.
    dead_only: bool,
}

impl<'a> SelectedFile<'a> {
    /// Selects the stats whose label, or the name in it, matches one of `labels`; all if there are
    /// none.
    pub const fn new(
        file: &'a StatsFile,
        life: &'a dyn Deref<Target = Life>,
        labels: &'a [LabelPattern],
        dead_only: bool,
    ) -> Self {
        Self { file, life, labels, dead_only }
    }

    /// The verdict for sums, in which a dead program's state doesn't count. If only dead files were
    /// asked for, it does.
    pub fn verdict_in_sums(&self) -> Verdict {
        if self.dead_only { Verdict::Undecided } else { self.life.verdict }
    }

    /// The selected stats, in the order of the file.
    pub fn stats(&self) -> impl Iterator<Item = Stat<'a>> + use<'a> {
        let labels = self.labels;
        self.file.stats().filter(move |stat| any_selects(labels, stat))
    }

    /// Whether labels were asked for and this file has none of them.
    pub fn has_no_match(&self) -> bool {
        !self.labels.is_empty() && self.stats().next().is_none()
    }
}

/// An output format.
pub trait Exporter {
    /// Writes a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the output can't be written.
    fn file(&mut self, selected: SelectedFile<'_>) -> io::Result<()>;

    /// Writes that a file couldn't be read, or not to its end. It is reported on stderr anyway.
    ///
    /// # Errors
    ///
    /// Returns an error if the output can't be written.
    fn error(&mut self, _path: &Path, _reason: &str) -> io::Result<()> {
        Ok(())
    }

    /// Writes what can be written only at the end.
    ///
    /// # Errors
    ///
    /// Returns an error if the output can't be written.
    fn finish(&mut self) -> io::Result<()>;
}
