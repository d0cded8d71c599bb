//! Polls and writes rows until the end.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Instant;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::exit::Outcome;
use mmstats_cli::shutdown::Shutdown;

use super::list::list;
use super::schedule::Schedule;
use crate::common::selection::Selection;
use crate::pollstats::args::{Arguments, NAME};
use crate::pollstats::operands::Operands;
use crate::pollstats::rendering::cells::CellOptions;
use crate::pollstats::rendering::columns::{Column, ColumnOptions, columns};
use crate::pollstats::rendering::output::{Output, Screen};
use crate::pollstats::rendering::rows::{Row, over_all, per_file};
use crate::pollstats::sampling::changes::Changes;
use crate::pollstats::sampling::fields::Fields;
use crate::pollstats::sampling::poller::{PollOptions, Poller};
use crate::pollstats::sampling::sampler::Sampler;
use crate::pollstats::sampling::snapshot::Snapshot;

/// Writes rows to `out` until `arguments.count` is reached or a shutdown is requested.
///
/// File errors are reported on stderr.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn run(
    arguments: &Arguments,
    out: &mut dyn Write,
    screen: Screen,
    shutdown: &Shutdown,
) -> io::Result<Outcome> {
    let operands = Operands::of(&arguments.operands);
    let mut diagnostics = Diagnostics::new(NAME);
    let find = if arguments.wait { Selection::find_or_wait } else { Selection::find };
    let selection = find(operands.locations, &mut diagnostics);
    if let Some(fields) = operands.likely_fields() {
        diagnostics.note(&format_args!("fields are separated by commas: {}", escape(&fields)));
    }
    if selection.paths().is_empty() && !arguments.wait {
        if diagnostics.errors() == 0 {
            diagnostics.note(&selection.explain_no_files());
        }
        return Ok(outcome(&diagnostics, false));
    }
    let fields = Fields::new(&arguments.prefix, operands.fields, arguments.all);
    if arguments.list {
        let has_matched = list(arguments, &fields, &selection, out, &mut diagnostics)?;
        return Ok(outcome(&diagnostics, has_matched));
    }
    let options = PollOptions {
        locations: operands.locations,
        fields: &fields,
        prefix: &arguments.prefix,
        filters: &arguments.filters,
        limits: arguments.limits,
        gauges: &arguments.gauges,
        alive: arguments.alive,
        per_file: arguments.per_file,
    };
    let mut watch = Watch {
        arguments,
        fields: &fields,
        poller: Poller::new(options, selection.errors()),
        columns: Vec::new(),
        output: Output::new(arguments, screen),
        diagnostics,
        left_out: HashSet::new(),
    };
    watch.run(&selection, out, shutdown)?;
    let has_matched = watch.columns.iter().any(|column| column.kind.is_some());
    Ok(outcome(&watch.diagnostics, has_matched))
}

fn outcome(diagnostics: &Diagnostics, has_matched: bool) -> Outcome {
    match (diagnostics.errors(), has_matched) {
        (0, true) => Outcome::Fine,
        (0, false) => Outcome::NothingMatched,
        _ => Outcome::Failed,
    }
}

/// A run in progress.
struct Watch<'a> {
    arguments: &'a Arguments,
    fields: &'a Fields,
    poller: Poller<'a>,
    columns: Vec<Column>,
    output: Output,
    diagnostics: Diagnostics,
    /// Labels that appeared too late for a column, which was reported.
    left_out: HashSet<String>,
}

impl Watch<'_> {
    fn run(
        &mut self,
        selection: &Selection,
        out: &mut dyn Write,
        shutdown: &Shutdown,
    ) -> io::Result<()> {
        let Some(baseline) = self.take_baseline(selection, shutdown) else {
            return Ok(());
        };
        let mut schedule = Schedule::new(baseline.at, self.arguments.delay);
        self.output.expect(&self.rows(&Changes::of_baseline(&baseline, self.arguments.delay)));
        let mut sampler = Sampler::new(baseline);
        // Whoever reads the header knows that the baseline has been taken.
        self.output.header(out)?;
        let mut polls = 0;
        while !shutdown.wait_until(schedule.due()) {
            let snapshot = self.poller.poll(&mut self.diagnostics);
            let changes = sampler.advance(snapshot);
            self.update_columns();
            self.write_rows(&changes, out)?;
            polls += 1;
            if polls == self.arguments.count {
                break;
            }
            schedule.advance(Instant::now());
        }
        Ok(())
    }

    /// The baseline. With `--wait` it is the first poll that found something to show; `None`: a
    /// shutdown was requested before.
    fn take_baseline(&mut self, selection: &Selection, shutdown: &Shutdown) -> Option<Snapshot> {
        let mut baseline = self.poller.poll_files(selection.paths(), &mut self.diagnostics);
        self.update_columns();
        let waits =
            |watch: &Self| watch.arguments.wait && !watch.fields.are_available(&watch.poller.known);
        if waits(self) {
            self.diagnostics.note(&"waiting for the first program; press Ctrl-C to stop");
        }
        if !(waits(self) && baseline.files.is_empty()) {
            self.report_unmatched(&baseline);
        }
        let mut schedule = Schedule::new(baseline.at, self.arguments.delay);
        while waits(self) {
            if shutdown.wait_until(schedule.due()) {
                return None;
            }
            baseline = self.poller.poll(&mut self.diagnostics);
            self.update_columns();
            schedule.advance(Instant::now());
        }
        Some(baseline)
    }

    /// Updates the columns to what is known.
    fn update_columns(&mut self) {
        let columns = columns(self.fields, &self.poller.known);
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
        for column in columns {
            let column_of = self.columns.iter_mut().find(|fixed| fixed.label == column.label);
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

    fn write_rows(&mut self, changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
        if self.arguments.verbose > 0 {
            for event in &changes.events {
                let (path, what) = event.describe();
                self.diagnostics.note(&format_args!("{} {what}", escape_path(path)));
            }
        }
        self.rows(changes).iter().try_for_each(|row| self.output.row(out, row))
    }

    fn rows(&self, changes: &Changes) -> Vec<Row> {
        let options =
            CellOptions { columns: self.column_options(), aggregator: self.arguments.aggregator };
        if self.arguments.per_file {
            per_file(changes, &self.columns, options)
        } else {
            vec![over_all(changes, &self.columns, options)]
        }
    }

    fn column_options(&self) -> ColumnOptions {
        let Arguments { delta, change, percentile, .. } = *self.arguments;
        ColumnOptions { delta, change, percentile }
    }

    /// A field that nothing matches may come later, or be misspelt.
    fn report_unmatched(&self, baseline: &Snapshot) {
        let is_filtered = self.arguments.alive || !self.arguments.filters.is_empty();
        if baseline.files.is_empty() && is_filtered {
            return self.diagnostics.note(
                &match (self.arguments.alive, self.arguments.filters.len()) {
                    (true, 0) => "no program is alive; --list without --alive shows every label",
                    (true, _) => {
                        "no file of a live program passes -f; --list without both shows every label"
                    }
                    _ => "no file passes -f; --list without it shows every label",
                },
            );
        }
        let Poller { known, others, .. } = &self.poller;
        for (field, suggestions) in self.fields.unmatched(known, others) {
            let hint = match &*suggestions.join(" or ") {
                "" => "--list shows what there is".to_owned(),
                suggestions => format!("did you mean {}?", escape(suggestions)),
            };
            self.diagnostics.note(&format_args!("no file has {}; {hint}", escape(field)));
        }
        if self.columns.is_empty() && self.diagnostics.errors() == 0 {
            let all = if self.arguments.all { "" } else { "; --all adds sys.*" };
            let message =
                format_args!("nothing moves in these files{all}; --list shows what there is");
            self.diagnostics.note(&message);
        }
    }
}
