//! `slurpstats --at`: the files of a recording at one moment, instead of those that are there.

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_cli::exit::{self, Outcome};
use mmstats_recording::{RecordingError, Snapshot};
use mmstats_tools::common::moment::Moment;
use mmstats_tools::common::natural;
use mmstats_tools::common::selection::explain_others;
use mmstats_tools::slurpstats::{self, Arguments, Dump, Files, NAME};

use crate::dates::{date, unix_seconds};
use crate::default_file::default_file;
use crate::opened;

/// Runs slurpstats with the arguments behind `recstats slurpstats`.
pub fn slurpstats() -> ExitCode {
    let arguments = Arguments::of(env::args_os().skip(1));
    // Without a time there is nothing that slurpstats couldn't do.
    let Some(at) = arguments.at else {
        return exit::code(NAME, slurpstats::run(&arguments));
    };
    let mut diagnostics = Diagnostics::new(NAME);
    let mut found = match RecordedFiles::find(&arguments.locations, at, &mut diagnostics) {
        Ok(found) => found,
        Err(outcome) => return outcome.into(),
    };
    exit::code(NAME, slurpstats::run_on(&arguments, &mut found))
}

/// What a recording has of a moment.
struct RecordedFiles {
    path: PathBuf,
    snapshot: Snapshot,
}

impl RecordedFiles {
    /// Notes if they aren't all the files of exactly that time.
    fn note_what_differs(&self, dump: &Dump<'_>) {
        let Self { snapshot, path } = self;
        let path = escape_path(path);
        let note = |what: &dyn Display| dump.diagnostics.note(&format_args!("{path}: {what}"));
        if let Some((from, to)) = snapshot.gap {
            let until = to.map_or_else(String::new, |to| format!(" until {}", date(to)));
            let from = date(from);
            note(&format_args!("nothing was recorded after {from}{until}; this is the last poll"));
        }
        if snapshot.is_rolled_up {
            let wall = date(snapshot.wall);
            note(&format_args!("of that time only each minute's end is kept; this is {wall}"));
        }
        snapshot.errors.iter().for_each(|error| note(error));
    }

    /// What can't be found is reported.
    fn find(
        locations: &[OsString],
        at: Moment,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Outcome> {
        let path = match locations.first() {
            Some(path) => path.into(),
            None => default_file().map_err(|reason| {
                diagnostics.error(&reason);
                Outcome::Failed
            })?,
        };
        match snapshot(&path, at, diagnostics) {
            Ok(Ok(snapshot)) => Ok(Self { path, snapshot }),
            Ok(Err(nothing)) => {
                diagnostics.file_error(&path, &nothing);
                Err(Outcome::NothingMatched)
            }
            Err(error) => {
                diagnostics.file_error(&path, &error);
                Err(Outcome::Failed)
            }
        }
    }
}

/// The files at a time, or why there is nothing of it.
fn snapshot(
    path: &Path,
    at: Moment,
    diagnostics: &Diagnostics,
) -> Result<Result<Snapshot, String>, RecordingError> {
    let recording = opened::open(path, diagnostics)?;
    let Some((first, last)) = recording.bounds()? else {
        return Ok(Err("nothing has been recorded yet".to_owned()));
    };
    let wall = at.before(last);
    Ok(recording.at(wall)?.ok_or_else(|| {
        format!("nothing was recorded until {}; the first poll is of {}", date(wall), date(first))
    }))
}

impl Files for RecordedFiles {
    fn time(&self) -> f64 {
        unix_seconds(self.snapshot.wall)
    }

    fn export(&mut self, dump: &mut Dump<'_>) -> io::Result<()> {
        self.note_what_differs(dump);
        let Snapshot { files, file_errors, .. } = &self.snapshot;
        let (missing, unreadable): (Vec<_>, Vec<_>) =
            file_errors.iter().partition(|error| error.is_not_found());
        for error in missing {
            dump.error(error.path(), error)?;
        }
        let known: HashSet<_> = files.iter().map(|watched| watched.file().path()).collect();
        // What is wrong with a file that could be read is reported with it. Whose the others are isn't
        // recorded.
        let is_unknown =
            |path: &Path| dump.arguments.owner.uids.is_empty() && !known.contains(path);
        let unreadable = unreadable.into_iter().filter(|error| is_unknown(error.path()));
        let found = files.iter().map(|watched| (watched.file().path(), Ok(watched)));
        let mut found: Vec<_> =
            found.chain(unreadable.map(|error| (error.path(), Err(error)))).collect();
        found.sort_by(|(one, _), (other, _)| natural::compare_paths(one, other));
        dump.found = found.len();
        for (path, found) in found {
            match found {
                Ok(watched) if dump.arguments.owner.include_file(watched.file()) => {
                    dump.file(watched.file(), &watched.life())?;
                }
                Ok(_) => dump.others += 1,
                Err(error) => dump.error(path, error)?,
            }
        }
        Ok(())
    }

    fn explain_no_files(&self, others: usize) -> String {
        match others {
            0 => format!("there were no stats files at {}", date(self.snapshot.wall)),
            _ => explain_others(others),
        }
    }
}
