//! `--sum`: one table over all files.

mod csv;
mod json;
mod text;

use std::io::{self, Write};
use std::path::Path;

use super::args::Format;
use super::readable::Readable;
use super::report::{Report, Shown};
use crate::common::json::FileError;
use crate::common::terminal::Paint;
use crate::common::totals::Totals;

/// Adds up file by file and writes at the end, as text, JSON or CSV.
pub struct SumReport<W> {
    out: W,
    format: Format,
    /// Unix time in seconds, against which windows have passed or not.
    now: f64,
    paint: Paint,
    readable: Readable,
    help_texts: bool,
    totals: Totals,
    files: usize,
    errors: Vec<FileError>,
}

impl<W: Write> SumReport<W> {
    pub fn new(
        out: W,
        format: Format,
        now: f64,
        paint: Paint,
        readable: Readable,
        help_texts: bool,
    ) -> Self {
        Self {
            out,
            format,
            now,
            paint,
            readable,
            help_texts,
            totals: Totals::default(),
            files: 0,
            errors: Vec::new(),
        }
    }
}

impl<W: Write> Report for SumReport<W> {
    fn file(&mut self, shown: Shown<'_>) -> io::Result<()> {
        self.files += 1;
        let verdict = shown.verdict_in_sums();
        for stat in shown.stats() {
            self.totals.add(shown.file, &stat, verdict, self.now);
        }
        Ok(())
    }

    fn error(&mut self, path: &Path, reason: &str) -> io::Result<()> {
        self.errors.push(FileError::new(path, reason.to_owned()));
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        match self.format {
            Format::Json => {
                json::write(
                    &mut self.out,
                    &self.totals,
                    self.files,
                    &self.errors,
                    self.help_texts,
                )?;
            }
            Format::Csv => csv::write(&mut self.out, &self.totals, self.help_texts)?,
            // Prometheus' format adds up by itself.
            Format::Text | Format::Prom => {
                let mut lines = text::Lines { paint: self.paint, readable: &mut self.readable };
                self.out.write_all(&lines.of(&self.totals, self.files, self.help_texts))?;
            }
        }
        self.out.flush()
    }
}
