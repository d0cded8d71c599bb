//! `--sum`: one table of totals over all files.

mod csv;
mod json;
mod text;

use std::io::{self, Write};
use std::path::Path;

use super::exporter::{Exporter, SelectedFile};
use super::value_text::ValueText;
use crate::common::json::FileError;
use crate::common::terminal::Paint;
use crate::common::totals::Totals;
use crate::slurpstats::args::Format;

/// Adds up the stats of all files, and writes the totals at the end as text, JSON or CSV.
pub struct SumExporter<W> {
    out: W,
    format: Format,
    /// Unix time in seconds, by which windows expire.
    now: f64,
    paint: Paint,
    values: ValueText,
    help_texts: bool,
    totals: Totals,
    files: usize,
    errors: Vec<FileError>,
}

impl<W: Write> SumExporter<W> {
    pub fn new(
        out: W,
        format: Format,
        now: f64,
        paint: Paint,
        values: ValueText,
        help_texts: bool,
    ) -> Self {
        Self {
            out,
            format,
            now,
            paint,
            values,
            help_texts,
            totals: Totals::default(),
            files: 0,
            errors: Vec::new(),
        }
    }
}

impl<W: Write> Exporter for SumExporter<W> {
    fn file(&mut self, selected: SelectedFile<'_>) -> io::Result<()> {
        self.files += 1;
        let verdict = selected.verdict_in_sums();
        for stat in selected.stats() {
            self.totals.add(selected.file, &stat, verdict, self.now);
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
            // The exporter of Prometheus' format adds up by itself.
            Format::Text | Format::Prom => {
                let mut lines = text::Lines { paint: self.paint, values: &mut self.values };
                self.out.write_all(&lines.of(&self.totals, self.files, self.help_texts))?;
            }
        }
        self.out.flush()
    }
}
