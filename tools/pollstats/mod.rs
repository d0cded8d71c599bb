//! pollstats: watches stats move, a row at a time.
//!
//! [`run`] is the whole tool but for its command line, so a program may show itself with it.

mod args;
mod cadence;
mod cell_text;
mod cells;
mod columns;
mod fields;
mod figure;
mod filter;
mod layout;
mod line;
mod list;
mod look;
mod operands;
mod output;
mod records;
mod rows;
mod sampler;
mod show;
mod table;

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Instant;

use crate::common::selection::Selection;
pub use args::{Arguments, Format};
use cadence::Cadence;
use cells::How;
use columns::{Column, Measure, columns};
use fields::Fields;
pub use filter::Filter;
use look::{Interest, Observer};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::exit::Outcome;
use mmstats_cli::shutdown::Shutdown;
use operands::Operands;
use output::Output;
pub use output::Screen;
use rows::{Row, over_all, per_file};
use sampler::{Changes, Sampler, Snapshot};

/// The tool's name.
pub const NAME: &str = "pollstats";

/// Writes rows to `out` until `arguments.count` is reached or a shutdown is requested.
///
/// What is wrong with files is told on stderr.
///
/// # Errors
///
/// Where `out` can't be written.
pub fn run(
    arguments: &Arguments,
    out: &mut dyn Write,
    screen: Screen,
    shutdown: &Shutdown,
) -> io::Result<Outcome> {
    let operands = Operands::of(&arguments.operands);
    let mut diagnostics = Diagnostics::new(NAME);
    let find = if arguments.wait { Selection::find_or_wait } else { Selection::find };
    let selection = find(operands.places, &mut diagnostics);
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
        let has_matched = list::list(arguments, &fields, &selection, out, &mut diagnostics)?;
        return Ok(outcome(&diagnostics, has_matched));
    }
    let interest = Interest {
        places: operands.places,
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
        observer: Observer::new(interest, selection.errors()),
        columns: Vec::new(),
        output: Output::new(arguments, screen),
        diagnostics,
        late: HashSet::new(),
    };
    watch.run(&selection, out, shutdown)?;
    let has_matched = watch.columns.iter().any(|column| column.show.is_some());
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
    observer: Observer<'a>,
    columns: Vec<Column>,
    output: Output,
    diagnostics: Diagnostics,
    /// Labels that came too late for a column.
    late: HashSet<String>,
}

impl Watch<'_> {
    fn run(
        &mut self,
        selection: &Selection,
        out: &mut dyn Write,
        shutdown: &Shutdown,
    ) -> io::Result<()> {
        let Some(baseline) = self.first_look(selection, shutdown) else {
            return Ok(());
        };
        let mut cadence = Cadence::new(baseline.at, self.arguments.delay);
        self.output.expect(&self.rows(&Changes::none_since(&baseline, self.arguments.delay)));
        let mut sampler = Sampler::new(baseline);
        // Whoever reads the header knows that the baseline has been taken.
        self.output.header(out)?;
        let mut looks = 0;
        while !shutdown.wait_until(cadence.due()) {
            let snapshot = self.observer.look_again(&mut self.diagnostics);
            let changes = sampler.advance(snapshot);
            self.arrange();
            self.show(&changes, out)?;
            looks += 1;
            if looks == self.arguments.count {
                break;
            }
            cadence.advance(Instant::now());
        }
        Ok(())
    }

    /// The baseline. With `--wait` it is the first look that found something to show; `None`: the
    /// end was asked for before.
    fn first_look(&mut self, selection: &Selection, shutdown: &Shutdown) -> Option<Snapshot> {
        let mut baseline = self.observer.look_into(selection.paths(), &mut self.diagnostics);
        self.arrange();
        let waits =
            |watch: &Self| watch.arguments.wait && !watch.fields.are_met(&watch.observer.known);
        if waits(self) {
            self.diagnostics.note(&"waiting for the first program; Ctrl-C ends this");
        }
        if !(waits(self) && baseline.files.is_empty()) {
            self.tell_unmatched(&baseline);
        }
        let mut cadence = Cadence::new(baseline.at, self.arguments.delay);
        while waits(self) {
            if shutdown.wait_until(cadence.due()) {
                return None;
            }
            baseline = self.observer.look_again(&mut self.diagnostics);
            self.arrange();
            cadence.advance(Instant::now());
        }
        Some(baseline)
    }

    /// Brings the columns up to what is known.
    fn arrange(&mut self) {
        let columns = columns(self.fields, &self.observer.known);
        if self.output.has_fixed_columns() {
            self.fill_fixed(columns);
        } else if columns != self.columns {
            let measure = self.measure();
            let headings = columns.iter().flat_map(|column| column.headings(measure));
            self.output.set_headings(headings.collect());
            self.columns = columns;
        }
    }

    /// Where the header has been written, a stat that comes has a column only where it was
    /// asked for by its label and needs no more than one. Of others it is said once.
    fn fill_fixed(&mut self, columns: Vec<Column>) {
        let measure = self.measure();
        let names =
            |column: &Column| column.headings(measure).into_iter().map(|heading| heading.name);
        for column in columns {
            let place = self.columns.iter_mut().find(|fixed| fixed.label == column.label);
            match place.filter(|fixed| names(fixed).eq(names(&column))) {
                Some(fixed) => *fixed = column,
                None if self.late.insert(column.label.clone()) => {
                    let label = escape(&column.label);
                    let message = format_args!("{label} came after the header and is left out");
                    self.diagnostics.note(&message);
                }
                None => {}
            }
        }
    }

    fn show(&mut self, changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
        if self.arguments.verbose > 0 {
            for traffic in &changes.traffic {
                let (path, what) = traffic.tell();
                self.diagnostics.note(&format_args!("{} {what}", escape_path(path)));
            }
        }
        self.rows(changes).iter().try_for_each(|row| self.output.row(out, row))
    }

    fn rows(&self, changes: &Changes) -> Vec<Row> {
        let how = How { measure: self.measure(), aggregator: self.arguments.aggregator };
        if self.arguments.per_file {
            per_file(changes, &self.columns, how)
        } else {
            vec![over_all(changes, &self.columns, how)]
        }
    }

    fn measure(&self) -> Measure {
        let Arguments { delta, change, percentile, .. } = *self.arguments;
        Measure { delta, change, percentile }
    }

    /// A field that nothing matches may come later, or be a slip of the pen.
    fn tell_unmatched(&self, baseline: &Snapshot) {
        let is_filtered = self.arguments.alive || !self.arguments.filters.is_empty();
        if baseline.files.is_empty() && is_filtered {
            return self.diagnostics.note(&match (self.arguments.alive, self.arguments.filters.len()) {
                (true, 0) => "no program is alive; without --alive --list shows every label",
                (true, _) => "no file passes -f whose program is alive; without them --list shows every label",
                _ => "no file passes -f; without it --list shows every label",
            });
        }
        let Observer { known, others, .. } = &self.observer;
        for (field, meant) in self.fields.unmatched(known, others) {
            let hint = match &*meant.join(" or ") {
                "" => "--list shows what there is".to_owned(),
                meant => format!("is {} meant?", escape(meant)),
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
