//! cleanstats: removes the stats files of dead programs, and only those.

mod args;
mod report;

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use clap::CommandFactory;
use mmstats::{Processes, Removal, RemoveError};

use crate::common::selection::Selection;
pub use args::{Arguments, Format};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::Outcome;
use mmstats_cli::generate::generate;
use mmstats_cli::shutdown::Shutdown;
use report::Report;

/// The tool's name.
pub const NAME: &str = "cleanstats";

/// Does what the arguments say. When a shutdown is requested, the file at
/// hand is the last one.
///
/// # Errors
///
/// Where stdout can't be written.
pub fn run(arguments: &Arguments, shutdown: &Shutdown) -> io::Result<Outcome> {
    if let Some(what) = arguments.common.generate.what {
        return generate(what, Arguments::command());
    }
    let mut diagnostics = Diagnostics::new(NAME);
    let selection = Selection::find(&arguments.places, &mut diagnostics);
    let mut report = Report::new(arguments);
    for error in selection.errors() {
        report.error(error.path(), error.reason());
    }
    let mut processes = Processes::new();
    for path in selection.paths().iter().chain(selection.unfinished()) {
        if shutdown.is_requested() {
            break;
        }
        if let Some(age) = arguments.older_than
            && !is_older_than(path, age)
        {
            report.too_young();
            continue;
        }
        match outcome(path, arguments.dry_run, &mut processes) {
            Ok(removal) => report.outcome(path, removal),
            Err(error) => {
                diagnostics.file_error(path, &error.reason());
                report.error(path, error.reason());
            }
        }
    }
    let outcome = end(arguments, &selection, &diagnostics, shutdown);
    match report.finish() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        // Who closed the pipe still gets the exit code of the cleaning.
        _ => Ok(outcome),
    }
}

/// How the cleaning went.
fn end(
    arguments: &Arguments,
    selection: &Selection,
    diagnostics: &Diagnostics,
    shutdown: &Shutdown,
) -> Outcome {
    if let Some(interrupted) = shutdown.outcome() {
        return interrupted;
    }
    if diagnostics.errors() > 0 {
        return Outcome::Failed;
    }
    if selection.paths().is_empty() && selection.unfinished().is_empty() {
        if !arguments.quiet {
            diagnostics.note(&selection.explain_no_files());
        }
        // A timer that cleans by age usually finds nothing, which is no failure.
        return match arguments.older_than {
            Some(_) => Outcome::Fine,
            None => Outcome::NothingMatched,
        };
    }
    Outcome::Fine
}

fn outcome(path: &Path, dry_run: bool, processes: &mut Processes) -> Result<Removal, RemoveError> {
    if dry_run {
        mmstats::would_remove(path, processes)
    } else {
        mmstats::remove_if_dead(path, processes)
    }
}

/// Whether a file wasn't modified for this long. One that can't be looked at is looked at again
/// when it is to be removed, and its error told there.
fn is_older_than(path: &Path, age: Duration) -> bool {
    let modified = fs::symlink_metadata(path).and_then(|found| found.modified());
    // A time in the future is no age.
    modified.map_or(true, |modified| modified.elapsed().is_ok_and(|elapsed| elapsed >= age))
}
