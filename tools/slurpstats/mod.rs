//! slurpstats: dumps every stat of every stats file.

mod added_label;
mod args;
mod export;
mod replacement;

use std::cell::LazyCell;
use std::io::{self, BufWriter, Write};
use std::ops::Deref;
use std::path::Path;

use clap::CommandFactory;
use mmstats::{Life, Processes, ReadError, StatsFile, Verdict};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::Outcome;
use mmstats_cli::generate::generate;
use mmstats_cli::plural::counted;

use crate::common::selection::Selection;
use crate::common::terminal::Paint;
use crate::common::unpublished::Unpublished;
pub use added_label::AddedLabel;
pub use args::{Arguments, Format, NAME};
pub use export::{Exporter, SelectedFile, exporter_for};
use replacement::Replacement;

/// Large enough that writing is a small part of a dump of many files.
const BUFFER: usize = 1 << 18;

/// Runs the tool.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &Arguments) -> io::Result<Outcome> {
    if let Some(what) = arguments.common.generate.what {
        return generate(what, Arguments::command());
    }
    if let Some(path) = &arguments.file {
        return Ok(replace(arguments, path).unwrap_or_else(|error| {
            Diagnostics::new(NAME).file_error(path, &error);
            Outcome::Failed
        }));
    }
    let stdout = io::stdout().lock();
    let paint = arguments.common.color.paint(&stdout);
    dump(arguments, paint, BufWriter::with_capacity(BUFFER, stdout))
}

/// `--file`: writes to a file, which is replaced in one step.
fn replace(arguments: &Arguments, path: &Path) -> io::Result<Outcome> {
    let replacement = Replacement::begin(path)?;
    let file = replacement.file();
    let paint = arguments.common.color.paint(file);
    let outcome = dump(arguments, paint, BufWriter::with_capacity(BUFFER, file))?;
    replacement.finish()?;
    Ok(outcome)
}

/// Writes the selected stats to `out`, and messages to stderr.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn dump(arguments: &Arguments, paint: Paint, mut out: impl Write) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let selection = Selection::find(&arguments.locations, &mut diagnostics);
    let mut exporter = exporter_for(arguments, paint, &mut out)?;
    for error in selection.errors() {
        exporter.error(error.path(), &error.reason())?;
    }
    let Exported { written, others } =
        export_files(arguments, &selection, &mut *exporter, &mut diagnostics)?;
    exporter.finish()?;
    drop(exporter);
    // A buffer that is dropped loses what it can't write without an error.
    out.flush()?;
    if diagnostics.errors() > 0 {
        return Ok(Outcome::Failed);
    }
    if written > 0 {
        return Ok(Outcome::Fine);
    }
    match selection.paths().len() - others {
        // A timer writes the file whether any program runs or not.
        0 if arguments.file.is_some() => return Ok(Outcome::Fine),
        0 => diagnostics.note(&selection.explain_no_files(others)),
        files => diagnostics.note(&explain_no_match(arguments, files, others)),
    }
    Ok(Outcome::NothingMatched)
}

/// What became of the files.
#[derive(Debug, Default)]
struct Exported {
    written: usize,
    /// Files of other users than the given ones, which aren't read.
    others: usize,
}

/// Reads and exports the files one by one.
fn export_files(
    arguments: &Arguments,
    selection: &Selection,
    exporter: &mut dyn Exporter,
    diagnostics: &mut Diagnostics,
) -> io::Result<Exported> {
    let options = arguments.owner.read_options();
    let budget = arguments.limits.budget();
    // What is written file by file isn't kept.
    let is_kept = arguments.sum || arguments.output == Format::Prom;
    let mut budget = if is_kept { budget } else { budget.each_file() };
    let mut processes = Processes::new();
    let mut unpublished = Unpublished::default();
    let mut outcome = Exported::default();
    for path in selection.paths() {
        match options.read_within(path, &mut budget) {
            Ok(file) => {
                // Found out only if somebody asks: it takes long.
                let life = LazyCell::new(|| file.life(&mut processes));
                if export_file(arguments, &file, &life, exporter)? {
                    unpublished.record(&file);
                    outcome.written += 1;
                }
                if let Some(problem) = file.problem() {
                    report(path, problem, exporter, diagnostics)?;
                }
            }
            Err(ReadError::OtherOwner { .. }) => outcome.others += 1,
            Err(error) if selection.has_just_gone(&error) => {}
            Err(error) => report(path, &error, exporter, diagnostics)?,
        }
    }
    unpublished.report(diagnostics);
    Ok(outcome)
}

/// Exports a file if it is selected; returns whether it is.
fn export_file(
    arguments: &Arguments,
    file: &StatsFile,
    life: &dyn Deref<Target = Life>,
    exporter: &mut dyn Exporter,
) -> io::Result<bool> {
    let is_excluded = (arguments.alive || arguments.dead)
        && match life.verdict {
            Verdict::Alive => arguments.dead,
            Verdict::Dead => arguments.alive,
            _ => true,
        };
    let selected = SelectedFile::new(file, life, &arguments.labels, arguments.dead);
    if is_excluded || selected.has_no_match() {
        return Ok(false);
    }
    exporter.file(selected)?;
    Ok(true)
}

fn report(
    path: &Path,
    error: &ReadError,
    exporter: &mut dyn Exporter,
    diagnostics: &mut Diagnostics,
) -> io::Result<()> {
    let reason = error.reason();
    diagnostics.file_error(path, &reason);
    exporter.error(path, &reason)
}

/// Why nothing was exported although there are files.
fn explain_no_match(arguments: &Arguments, files: usize, others: usize) -> String {
    let life = match (arguments.alive, arguments.dead) {
        (true, _) => " whose program is alive",
        (_, true) => " whose program is dead",
        _ => "",
    };
    let stats = if arguments.labels.is_empty() { "" } else { " with a stat whose label matches" };
    let files = counted(files, "files");
    let others = match others {
        0 => String::new(),
        _ => format!("; left out {}", counted(others, "files of other users")),
    };
    format!("read {files}; found none{life}{stats}{others}")
}
