//! slurpstats: dumps every stat of every stats file.

mod added_label;
mod args;
mod csv;
mod json;
mod layout;
mod prom;
mod readable;
mod replacement;
pub mod report;
mod sum;
mod text;

use std::cell::LazyCell;
use std::io::{self, BufWriter, Write};
use std::ops::Deref;
use std::path::Path;

use clap::CommandFactory;
use mmstats::{Life, Processes, ReadError, ReadOptions, StatsFile, Verdict};
use mmstats_cli::clock::now;

use crate::common::records::RecordOptions;
use crate::common::selection::Selection;
use crate::common::terminal::Paint;
use crate::common::unpublished::Unpublished;
pub use added_label::AddedLabel;
pub use args::{Arguments, Format};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::Outcome;
use mmstats_cli::generate::generate;
use mmstats_cli::plural::counted;
use readable::Readable;
use replacement::Replacement;
use report::{Report, Shown};

/// The tool's name.
pub const NAME: &str = "slurpstats";

/// Large enough that writing is a small part of a dump of many files.
const BUFFER: usize = 1 << 18;

/// Does what the arguments say.
///
/// # Errors
///
/// Where stdout can't be written.
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

/// `--file`: the same into a file, which is replaced in one step.
fn replace(arguments: &Arguments, path: &Path) -> io::Result<Outcome> {
    let replacement = Replacement::begin(path)?;
    let file = replacement.file();
    let paint = arguments.common.color.paint(file);
    let outcome = dump(arguments, paint, BufWriter::with_capacity(BUFFER, file))?;
    replacement.finish()?;
    Ok(outcome)
}

/// Writes the stats that are asked for to `out`, and messages to stderr.
///
/// # Errors
///
/// Where `out` can't be written.
pub fn dump(arguments: &Arguments, paint: Paint, mut out: impl Write) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let selection = Selection::find(&arguments.places, &mut diagnostics);
    let mut report = report_for(arguments, paint, &mut out)?;
    for error in selection.errors() {
        report.error(error.path(), &error.reason())?;
    }
    let shown = show_files(arguments, &selection, &mut *report, &mut diagnostics)?;
    report.finish()?;
    drop(report);
    // A buffer that is dropped loses what it can't write without an error.
    out.flush()?;
    if diagnostics.errors() > 0 {
        return Ok(Outcome::Failed);
    }
    if shown > 0 {
        return Ok(Outcome::Fine);
    }
    match selection.paths().len() {
        // A timer writes the file whether any program runs or not.
        0 if arguments.file.is_some() => return Ok(Outcome::Fine),
        0 => diagnostics.note(&selection.explain_no_files()),
        files => diagnostics.note(&nothing_wanted(arguments, files)),
    }
    Ok(Outcome::NothingMatched)
}

/// The report of the format that was asked for, on `out`.
///
/// # Errors
///
/// Where `out` can't be written.
pub fn report_for<'a>(
    arguments: &Arguments,
    paint: Paint,
    out: impl Write + 'a,
) -> io::Result<Box<dyn Report + 'a>> {
    let now = now();
    let Arguments { layout, help_texts, raw, sum, texts, .. } = *arguments;
    let labels = arguments.added_labels.iter().map(AddedLabel::text).collect();
    let readable = || Readable::new(raw, now);
    Ok(match arguments.output {
        Format::Prom => Box::new(prom::Prom::new(out, sum, texts, labels, now)),
        format if sum => {
            Box::new(sum::SumReport::new(out, format, now, paint, readable(), help_texts))
        }
        Format::Text => {
            let extras = text::Extras { layout, help_texts };
            Box::new(text::Text::new(out, paint, readable(), extras))
        }
        Format::Json => Box::new(json::Json::new(out, RecordOptions { layout, help_texts, now })),
        Format::Csv => Box::new(csv::Csv::new(out, help_texts)?),
    })
}

/// Reads and shows the files one by one; gives how many were shown.
fn show_files(
    arguments: &Arguments,
    selection: &Selection,
    report: &mut dyn Report,
    diagnostics: &mut Diagnostics,
) -> io::Result<usize> {
    let options = ReadOptions::new().keep_open(true);
    let budget = arguments.limits.budget();
    // What is shown file by file isn't kept.
    let is_kept = arguments.sum || arguments.output == Format::Prom;
    let mut budget = if is_kept { budget } else { budget.each_file() };
    let mut processes = Processes::new();
    let mut unpublished = Unpublished::default();
    let mut shown = 0;
    for path in selection.paths() {
        match options.read_within(path, &mut budget) {
            Ok(file) => {
                // Asked of the system only where somebody wants to know: it takes long.
                let life = LazyCell::new(|| file.life(&mut processes));
                if show_file(arguments, &file, &life, report)? {
                    unpublished.record(&file);
                    shown += 1;
                }
                if let Some(problem) = file.problem() {
                    tell(path, problem, report, diagnostics)?;
                }
            }
            Err(error) if selection.has_just_gone(&error) => {}
            Err(error) => tell(path, &error, report, diagnostics)?,
        }
    }
    unpublished.report(diagnostics);
    Ok(shown)
}

/// Shows a file if it is wanted, and gives whether it is.
fn show_file(
    arguments: &Arguments,
    file: &StatsFile,
    life: &dyn Deref<Target = Life>,
    report: &mut dyn Report,
) -> io::Result<bool> {
    let unwanted = (arguments.alive || arguments.dead)
        && match life.verdict {
            Verdict::Alive => arguments.dead,
            Verdict::Dead => arguments.alive,
            Verdict::Undecided => true,
        };
    let shown = Shown::new(file, life, &arguments.labels, arguments.dead);
    if unwanted || shown.is_beside_the_point() {
        return Ok(false);
    }
    report.file(shown)?;
    Ok(true)
}

fn tell(
    path: &Path,
    error: &ReadError,
    report: &mut dyn Report,
    diagnostics: &mut Diagnostics,
) -> io::Result<()> {
    let reason = error.reason();
    diagnostics.file_error(path, &reason);
    report.error(path, &reason)
}

/// Why nothing was shown although there are files.
fn nothing_wanted(arguments: &Arguments, files: usize) -> String {
    let life = match (arguments.alive, arguments.dead) {
        (true, _) => " whose program is alive",
        (_, true) => " whose program is dead",
        _ => "",
    };
    let stats = if arguments.labels.is_empty() { "" } else { " with a stat whose label matches" };
    let files = counted(files, "files");
    format!("read {files}; found none{life}{stats}")
}
