//! Where files come from: the file system, or a recording of what was there.

use std::cell::LazyCell;
use std::io;
use std::ops::Deref;
use std::path::Path;

use mmstats::{Life, Processes, ReadError, StatsFile, Verdict};
use mmstats_cli::clock::now;
use mmstats_cli::diagnostics::Diagnostics;

use super::args::{Arguments, Format};
use super::export::{Exporter, SelectedFile};
use crate::common::selection::Selection;
use crate::common::unpublished::Unpublished;

/// A source of files.
pub trait Files {
    /// The Unix time of their values in seconds, by which windows expire.
    fn time(&self) -> f64;

    /// Passes each file to `dump`, in natural order.
    ///
    /// # Errors
    ///
    /// Returns an error if the output can't be written.
    fn export(&mut self, dump: &mut Dump<'_>) -> io::Result<()>;

    /// Why there are none but those of `others`, which `--owner` leaves out.
    fn explain_no_files(&self, others: usize) -> String;
}

/// Writes the selected stats of each file, and reports errors.
pub struct Dump<'a> {
    /// What is selected.
    pub arguments: &'a Arguments,
    /// For what isn't about one file.
    pub diagnostics: &'a mut Diagnostics,
    /// The number of files, readable or not.
    pub found: usize,
    /// The number of those that belong to other users than the given ones.
    pub others: usize,
    /// The number of those that were selected.
    pub(super) written: usize,
    exporter: &'a mut dyn Exporter,
    unpublished: Unpublished,
}

impl<'a> Dump<'a> {
    /// Nothing is written yet.
    pub(super) fn new(
        arguments: &'a Arguments,
        diagnostics: &'a mut Diagnostics,
        exporter: &'a mut dyn Exporter,
    ) -> Self {
        let unpublished = Unpublished::default();
        Self { arguments, diagnostics, found: 0, others: 0, written: 0, exporter, unpublished }
    }

    /// Writes a file if it is selected, and reports what is wrong with it.
    ///
    /// # Errors
    ///
    /// Returns an error if the output can't be written.
    pub fn file(&mut self, file: &StatsFile, life: &dyn Deref<Target = Life>) -> io::Result<()> {
        if self.export(file, life)? {
            self.unpublished.record(file);
            self.written += 1;
        }
        file.problem().map_or(Ok(()), |problem| self.error(file.path(), problem))
    }

    /// Reports that a file can't be read, or not to its end.
    ///
    /// # Errors
    ///
    /// Returns an error if the output can't be written.
    pub fn error(&mut self, path: &Path, error: &ReadError) -> io::Result<()> {
        let reason = error.reason();
        self.diagnostics.file_error(path, &reason);
        self.exporter.error(path, &reason)
    }

    /// Exports a file if it is selected; returns whether it is.
    fn export(&mut self, file: &StatsFile, life: &dyn Deref<Target = Life>) -> io::Result<bool> {
        let Arguments { alive, dead, ref labels, .. } = *self.arguments;
        let is_excluded = (alive || dead)
            && match life.verdict {
                Verdict::Alive => dead,
                Verdict::Dead => alive,
                _ => true,
            };
        let selected = SelectedFile::new(file, life, labels, dead);
        if is_excluded || selected.has_no_match() {
            return Ok(false);
        }
        self.exporter.file(selected)?;
        Ok(true)
    }

    /// Reports what is known only after all files.
    pub(super) fn finish(&mut self) {
        self.unpublished.report(self.diagnostics);
    }
}

/// Files that are there now.
#[derive(Debug, Default)]
pub struct PresentFiles {
    /// What was found.
    selection: Option<Selection>,
}

impl Files for PresentFiles {
    fn time(&self) -> f64 {
        now()
    }

    fn export(&mut self, dump: &mut Dump<'_>) -> io::Result<()> {
        let arguments = dump.arguments;
        let selection = Selection::find(&arguments.locations, dump.diagnostics);
        let selection = self.selection.insert(selection);
        for error in selection.errors() {
            dump.exporter.error(error.path(), &error.reason())?;
        }
        dump.found = selection.paths().len();
        let options = arguments.owner.read_options();
        let budget = arguments.limits.budget();
        // What is written file by file isn't kept.
        let is_kept = arguments.sum || arguments.output == Format::Prom;
        let mut budget = if is_kept { budget } else { budget.each_file() };
        let mut processes = Processes::new();
        for path in selection.paths() {
            match options.read_within(path, &mut budget) {
                Ok(file) => {
                    // Found out only if somebody asks: it takes long.
                    let life = LazyCell::new(|| file.life(&mut processes));
                    dump.file(&file, &life)?;
                }
                Err(ReadError::OtherOwner { .. }) => dump.others += 1,
                Err(error) if selection.has_just_gone(&error) => {}
                Err(error) => dump.error(path, &error)?,
            }
        }
        Ok(())
    }

    fn explain_no_files(&self, others: usize) -> String {
        let found = self.selection.as_ref();
        found.map_or_else(String::new, |found| found.explain_no_files(others))
    }
}
