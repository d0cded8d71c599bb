//! cleanstats: removes the stats files of dead programs, and only those.

mod args;
mod output;

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use clap::CommandFactory;
use mmstats::{Processes, ReadError, Removal, RemoveError, RemoveOptions};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::Outcome;
use mmstats_cli::generate::generate;
use mmstats_cli::shutdown::Shutdown;

use crate::common::selection::Selection;
pub use args::{Arguments, Format, NAME};
use output::Output;

/// Runs the tool. When a shutdown is requested, the file at hand is the last one.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &Arguments, shutdown: &Shutdown) -> io::Result<Outcome> {
    if let Some(what) = arguments.common.generate.what {
        return generate(what, Arguments::command());
    }
    let mut diagnostics = Diagnostics::new(NAME);
    let selection = Selection::find(&arguments.locations, &mut diagnostics);
    let mut output = Output::new(arguments);
    for error in selection.errors() {
        output.error(error.path(), error.reason());
    }
    let options = RemoveOptions::new().owners(arguments.owner.uids.iter().copied());
    let mut processes = Processes::new();
    let mut others = 0;
    for path in selection.paths().iter().chain(selection.unfinished()) {
        if shutdown.is_requested() {
            break;
        }
        // If that can't be found out, the removal fails with the error to report.
        if let Some(age) = arguments.older_than
            && let Ok(found) = fs::symlink_metadata(path)
            && !is_older_than(&found, age)
        {
            if arguments.owner.include(found.uid()) {
                output.too_young();
            } else {
                others += 1;
            }
            continue;
        }
        match remove(path, &options, arguments.dry_run, &mut processes) {
            Ok(removal) => output.outcome(path, removal),
            Err(RemoveError::Read(ReadError::OtherOwner { .. })) => others += 1,
            Err(error) => {
                diagnostics.file_error(path, &error.reason());
                output.error(path, error.reason());
            }
        }
    }
    let outcome = outcome(arguments, &selection, others, &diagnostics, shutdown);
    match output.finish() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        // If the pipe was closed, the exit code is still that of the cleaning.
        _ => Ok(outcome),
    }
}

/// The outcome of the run, which left out the files of `others`.
fn outcome(
    arguments: &Arguments,
    selection: &Selection,
    others: usize,
    diagnostics: &Diagnostics,
    shutdown: &Shutdown,
) -> Outcome {
    if let Some(interrupted) = shutdown.outcome() {
        return interrupted;
    }
    if diagnostics.errors() > 0 {
        return Outcome::Failed;
    }
    if selection.paths().len() + selection.unfinished().len() == others {
        if !arguments.quiet {
            diagnostics.note(&selection.explain_no_files(others));
        }
        // A timer that cleans by age usually finds nothing, which isn't a failure.
        return match arguments.older_than {
            Some(_) => Outcome::Fine,
            None => Outcome::NothingMatched,
        };
    }
    Outcome::Fine
}

fn remove(
    path: &Path,
    options: &RemoveOptions,
    dry_run: bool,
    processes: &mut Processes,
) -> Result<Removal, RemoveError> {
    if dry_run {
        options.would_remove(path, processes)
    } else {
        options.remove_if_dead(path, processes)
    }
}

/// Whether a file was last modified at least this long ago.
fn is_older_than(found: &Metadata, age: Duration) -> bool {
    // A time in the future is no age.
    found.modified().map_or(true, |modified| modified.elapsed().is_ok_and(|elapsed| elapsed >= age))
}
