//! A run in progress: the baseline, then rows.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::time::Duration;

use mmstats::{Aggregator, FileEvent};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::shutdown::Shutdown;

use super::unmatched::Unmatched;
use crate::common::updates::Updates;
use crate::pollstats::args::Arguments;
use crate::pollstats::operands::Operands;
use crate::pollstats::rendering::cells::CellOptions;
use crate::pollstats::rendering::columns::{Column, ColumnOptions, columns};
use crate::pollstats::rendering::output::{Output, Screen};
use crate::pollstats::rendering::rows::{Row, over_all, per_file};
use crate::pollstats::sampling::fields::Fields;
use crate::pollstats::sampling::poller::Poller;
use crate::pollstats::sampling::sample::Sample;
use crate::pollstats::sampling::sampler::{SampleOptions, Sampler};

/// A run in progress.
pub struct Run<'a> {
    arguments: &'a Arguments,
    fields: &'a Fields,
    /// The usual one between two rows.
    interval: Duration,
    poller: Poller<'a>,
    columns: Vec<Column>,
    /// How often what is known had changed when the columns were made.
    changes: Option<u64>,
    output: Output,
    diagnostics: &'a mut Diagnostics,
    /// Labels that appeared too late for a column, which was reported.
    left_out: HashSet<String>,
}

impl<'a> Run<'a> {
    /// Nothing has been polled yet.
    pub fn new(
        arguments: &'a Arguments,
        updates: &'a mut dyn Updates,
        fields: &'a Fields,
        screen: Screen,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let interval = updates.interval();
        let sampler = Sampler::new(SampleOptions {
            fields,
            prefix: &arguments.prefix,
            filters: arguments.filters(),
            gauges: arguments.gauges(),
            alive: arguments.alive,
            ordered: arguments.per_file || arguments.aggregator == Some(Aggregator::One),
            joined: arguments.per_file,
            max_labels: usize::try_from(arguments.limits.max_labels).unwrap_or(usize::MAX),
        });
        Self {
            arguments,
            fields,
            interval,
            poller: Poller::new(updates, sampler, arguments.wait),
            columns: Vec::new(),
            changes: None,
            output: Output::new(arguments, screen, interval),
            diagnostics,
            left_out: HashSet::new(),
        }
    }

    /// Writes rows until the end.
    ///
    /// # Errors
    ///
    /// Returns an error if `out` can't be written.
    pub fn write(
        &mut self,
        operands: &Operands<'_>,
        out: &mut dyn Write,
        shutdown: &Shutdown,
    ) -> io::Result<()> {
        let Some(baseline) = self.take_baseline(operands, shutdown) else {
            return Ok(());
        };
        // What rows will look like.
        let expected = Sample { interval: self.interval, ..baseline };
        self.output.expect(&self.rows(&expected));
        // Whoever reads the header knows that the baseline has been taken.
        self.output.header(out)?;
        let mut polls = 0;
        while let Some(sample) = self.poller.poll(shutdown, self.diagnostics) {
            self.update_columns();
            self.write_rows(&sample, out)?;
            polls += 1;
            if polls == self.arguments.count {
                break;
            }
        }
        Ok(())
    }

    /// The baseline. With `--wait` it is the first update that has something to show; `None`: there are
    /// no files, or a shutdown was requested before.
    fn take_baseline(&mut self, operands: &Operands<'_>, shutdown: &Shutdown) -> Option<Sample> {
        let baseline = self.poller.poll(shutdown, self.diagnostics);
        self.update_columns();
        operands.suggest_commas(self.diagnostics);
        if !self.arguments.wait
            && let Some(explanation) = self.poller.explain_no_files()
        {
            if self.diagnostics.errors() == 0 {
                self.diagnostics.note(&explanation);
            }
            return None;
        }
        let mut baseline = baseline?;
        if self.waits() {
            self.diagnostics.note(&"waiting for the first program; press Ctrl-C to stop");
        }
        if !(self.waits() && baseline.files.is_empty()) {
            self.report_unmatched(baseline.files.is_empty());
        }
        while self.waits() {
            baseline = self.poller.poll_anew(shutdown, self.diagnostics)?;
            self.update_columns();
        }
        Some(baseline)
    }

    /// Whether there is anything to show.
    pub fn has_matched(&self) -> bool {
        self.columns.iter().any(|column| column.kind.is_some())
    }

    /// Whether there is nothing to show yet, and the user waits for it.
    fn waits(&self) -> bool {
        self.arguments.wait && !self.fields.are_available(&self.poller.sampler.known)
    }

    fn report_unmatched(&self, are_no_files: bool) {
        let unmatched = Unmatched {
            arguments: self.arguments,
            fields: self.fields,
            sampler: &self.poller.sampler,
            are_no_files,
            are_no_columns: self.columns.is_empty(),
        };
        unmatched.report(self.diagnostics);
    }

    /// Updates the columns to what is known.
    fn update_columns(&mut self) {
        let changes = Some(self.poller.sampler.known.changes());
        if std::mem::replace(&mut self.changes, changes) == changes {
            return;
        }
        let columns = columns(self.fields, &self.poller.sampler.known);
        if self.output.has_fixed_columns() {
            self.fill_fixed(columns);
        } else if columns != self.columns {
            let options = self.column_options();
            let headings = columns.iter().flat_map(|column| column.headings(options));
            self.output.set_headings(headings.collect());
            self.columns = columns;
        }
    }

    /// Once the header is written, a new stat has a column only if it was asked for by its label and
    /// needs no more than one. The others are reported once.
    fn fill_fixed(&mut self, columns: Vec<Column>) {
        let options = self.column_options();
        let names =
            |column: &Column| column.headings(options).into_iter().map(|heading| heading.name);
        let fixed = self.columns.iter().enumerate();
        let fixed: HashMap<_, _> = fixed.map(|(at, fixed)| (fixed.label.clone(), at)).collect();
        for column in columns {
            let column_of = fixed.get(&column.label).map(|&at| &mut self.columns[at]);
            match column_of.filter(|fixed| names(fixed).eq(names(&column))) {
                Some(fixed) => *fixed = column,
                None if self.left_out.insert(column.label.clone()) => {
                    let label = escape(&column.label);
                    let message = format_args!("{label} appeared after the header and is left out");
                    self.diagnostics.note(&message);
                }
                None => {}
            }
        }
    }

    fn write_rows(&mut self, sample: &Sample, out: &mut dyn Write) -> io::Result<()> {
        if self.arguments.verbose > 0 {
            for (path, event) in &sample.events {
                let what = match event {
                    FileEvent::Removed => "disappeared",
                    FileEvent::Replaced => "has another writer now",
                    _ => "appeared",
                };
                self.diagnostics.note(&format_args!("{} {what}", escape_path(path)));
            }
        }
        self.rows(sample).iter().try_for_each(|row| self.output.row(out, row))
    }

    fn rows(&self, sample: &Sample) -> Vec<Row> {
        let options =
            CellOptions { columns: self.column_options(), aggregator: self.arguments.aggregator };
        if self.arguments.per_file {
            per_file(sample, &self.columns, options)
        } else {
            vec![over_all(sample, &self.columns, options)]
        }
    }

    fn column_options(&self) -> ColumnOptions {
        let Arguments { delta, change, percentile, .. } = *self.arguments;
        ColumnOptions { delta, change, percentile }
    }
}
