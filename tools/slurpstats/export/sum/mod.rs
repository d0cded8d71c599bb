//! `--sum`: one table of totals over all files.

mod csv;
mod json;
mod text;

use std::io::{self, Write};
use std::path::Path;

use mmstats_totals::total::Total;
use mmstats_totals::totals::Totals;

use super::exporter::{Exporter, SelectedFile};
use super::value_text::ValueText;
use crate::common::json::FileError;
use crate::common::name_order::in_name_order;
use crate::common::terminal::Paint;
use crate::common::writers::Writers;
use crate::slurpstats::args::Format;

/// What is written at the end.
struct Table<'a> {
    /// The series of a name are together.
    totals: Vec<&'a Total>,
    files: usize,
    writers: usize,
    help_texts: bool,
}

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
    writers: Writers,
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
        totals: Totals,
    ) -> Self {
        Self {
            out,
            format,
            now,
            paint,
            values,
            help_texts,
            totals,
            files: 0,
            writers: Writers::default(),
            errors: Vec::new(),
        }
    }
}

impl<W: Write> Exporter for SumExporter<W> {
    fn file(&mut self, selected: SelectedFile<'_>) -> io::Result<()> {
        self.files += 1;
        self.writers.add(selected.file);
        let mut sum = self.totals.file(selected.file, selected.verdict_in_sums(), self.now);
        selected.stats().for_each(|stat| sum.add(&stat));
        Ok(())
    }

    fn error(&mut self, path: &Path, reason: &str) -> io::Result<()> {
        self.errors.push(FileError::new(path, reason.to_owned()));
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let totals = self.totals.iter().collect();
        let table = Table {
            totals: in_name_order(totals, |total| (total.series(), total.label.as_bytes())),
            files: self.files,
            writers: self.writers.count(),
            help_texts: self.help_texts,
        };
        match self.format {
            Format::Json => json::write(&mut self.out, &table, &self.errors)?,
            Format::Csv => csv::write(&mut self.out, &table)?,
            // The exporter of Prometheus' format adds up by itself.
            Format::Text | Format::Prom => {
                let mut lines = text::Lines { paint: self.paint, values: &mut self.values };
                self.out.write_all(&lines.of(&table))?;
            }
        }
        self.out.flush()
    }
}
