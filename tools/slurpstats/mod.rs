//! slurpstats: dumps every stat of every stats file.

mod added_label;
mod args;
mod export;
mod files;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::CommandFactory;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::Outcome;
use mmstats_cli::generate::generate;
use mmstats_cli::plural::counted;

use crate::common::replacement::Replacement;
use crate::common::terminal::Paint;
pub use added_label::AddedLabel;
pub use args::{Arguments, Format, NAME};
pub use export::{Exporter, SelectedFile, exporter_for};
use files::PresentFiles;
pub use files::{Dump, Files};

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
    run_on(arguments, &mut PresentFiles::default())
}

/// Runs the tool on files from elsewhere.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run_on(arguments: &Arguments, files: &mut dyn Files) -> io::Result<Outcome> {
    if let Some(path) = &arguments.file {
        return Ok(replace(arguments, files, path).unwrap_or_else(|error| {
            Diagnostics::new(NAME).file_error(path, &error);
            Outcome::Failed
        }));
    }
    let stdout = io::stdout().lock();
    let paint = arguments.common.color.paint(&stdout);
    dump_on(arguments, files, paint, BufWriter::with_capacity(BUFFER, stdout))
}

/// `--file`: writes to a file, which is replaced in one step.
fn replace(arguments: &Arguments, files: &mut dyn Files, path: &Path) -> io::Result<Outcome> {
    let replacement = Replacement::begin(path, NAME)?;
    let file = replacement.file();
    let paint = arguments.common.color.paint(file);
    let outcome = dump_on(arguments, files, paint, BufWriter::with_capacity(BUFFER, file))?;
    replacement.finish()?;
    Ok(outcome)
}

/// Writes the selected stats to `out`, and messages to stderr.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn dump(arguments: &Arguments, paint: Paint, out: impl Write) -> io::Result<Outcome> {
    dump_on(arguments, &mut PresentFiles::default(), paint, out)
}

fn dump_on(
    arguments: &Arguments,
    files: &mut dyn Files,
    paint: Paint,
    mut out: impl Write,
) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let mut exporter = exporter_for(arguments, paint, files.time(), &mut out)?;
    let mut dump = Dump::new(arguments, &mut diagnostics, &mut *exporter);
    files.export(&mut dump)?;
    dump.finish();
    let Dump { found, written, others, .. } = dump;
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
    match found - others {
        // A timer writes the file whether any program runs or not.
        0 if arguments.file.is_some() => return Ok(Outcome::Fine),
        0 => diagnostics.note(&files.explain_no_files(others)),
        files => diagnostics.note(&explain_no_match(arguments, files, others)),
    }
    Ok(Outcome::NothingMatched)
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
