//! What every output format is handed: one file after the other, errors, the end.

use std::io;
use std::ops::Deref;
use std::path::Path;

use mmstats::{Life, Stat, StatsFile, Verdict};

use crate::common::patterns::{LabelPattern, any_matches};

/// A file and which of its stats are wanted.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The file.
    pub file: &'a StatsFile,
    /// Whether its program is alive; formats that don't show it needn't have it found out.
    pub life: &'a dyn Deref<Target = Life>,
    labels: &'a [LabelPattern],
    /// Whether files of dead programs were asked for.
    wants_dead: bool,
}

impl<'a> Shown<'a> {
    /// With the stats whose label matches one of `labels`; all where there are none.
    pub const fn new(
        file: &'a StatsFile,
        life: &'a dyn Deref<Target = Life>,
        labels: &'a [LabelPattern],
        wants_dead: bool,
    ) -> Self {
        Self { file, life, labels, wants_dead }
    }

    /// Whether the program is dead, so that its gauges don't count in a sum. Whoever asks for
    /// dead files wants theirs, too.
    pub fn verdict_in_sums(&self) -> Verdict {
        if self.wants_dead { Verdict::Undecided } else { self.life.verdict }
    }

    /// The wanted stats, in the order of the file.
    pub fn stats(&self) -> impl Iterator<Item = Stat<'a>> + use<'a> {
        let labels = self.labels;
        self.file
            .stats()
            .filter(move |stat| labels.is_empty() || any_matches(labels, &stat.label()))
    }

    /// Whether labels were asked for and this file has none of them.
    pub fn is_beside_the_point(&self) -> bool {
        !self.labels.is_empty() && self.stats().next().is_none()
    }
}

/// An output format.
pub trait Report {
    /// Shows a file.
    ///
    /// # Errors
    ///
    /// Where the output can't be written.
    fn file(&mut self, shown: Shown<'_>) -> io::Result<()>;

    /// Shows that a file couldn't be read, or not to its end. stderr tells it anyway.
    ///
    /// # Errors
    ///
    /// Where the output can't be written.
    fn error(&mut self, _path: &Path, _reason: &str) -> io::Result<()> {
        Ok(())
    }

    /// Shows what can be shown only at the end.
    ///
    /// # Errors
    ///
    /// Where the output can't be written.
    fn finish(&mut self) -> io::Result<()>;
}
