//! `pollstats --replay`: the updates of a recording, instead of polls.

mod grid;
mod listed;
mod playback;
mod skipped;
mod updates;

use std::env;
use std::io::{self, Write};
use std::ops::Bound;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::CommandFactory;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::generate::generate;
use mmstats_cli::shutdown::Shutdown;
use mmstats_recording::{Recording, RecordingError};
use mmstats_tools::pollstats::{self, Arguments, NAME, Screen};

use crate::opened;
use listed::listed_files;
use updates::Replay;

/// From when to when a recording is shown.
pub type Range = (Bound<SystemTime>, Bound<SystemTime>);

/// Runs pollstats with the arguments behind `recstats pollstats`.
pub fn pollstats() -> ExitCode {
    let arguments = Arguments::of(env::args_os().skip(1));
    if let Some(what) = arguments.common.generate.what {
        return exit::code(NAME, generate(what, Arguments::command()));
    }
    pollstats::on_stdout(&arguments, |out, screen, shutdown| match &arguments.replay {
        Some(path) => replay(&arguments, path, out, screen, shutdown),
        // There is nothing that pollstats couldn't do.
        None => pollstats::run(&arguments, out, screen, shutdown),
    })
}

/// Writes rows, or a list, of a recording to `out`.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn replay(
    arguments: &Arguments,
    path: &Path,
    out: &mut dyn Write,
    screen: Screen,
    shutdown: &Shutdown,
) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let recording = match open(arguments, path, &diagnostics) {
        Ok(Some(opened)) => opened,
        Ok(None) => {
            diagnostics.file_error(path, &"nothing has been recorded yet");
            return Ok(Outcome::NothingMatched);
        }
        Err(error) => {
            diagnostics.file_error(path, &error);
            return Ok(Outcome::Failed);
        }
    };
    let (recording, range) = recording;
    let updates = match recording.updates(range) {
        Ok(updates) => updates,
        Err(error) => {
            diagnostics.file_error(path, &error);
            return Ok(Outcome::Failed);
        }
    };
    let mut replay = Replay::new(updates, path, arguments);
    if arguments.list {
        let files = listed_files(arguments, &mut replay, shutdown, &mut diagnostics);
        let outcome = pollstats::list_on(arguments, &files, out)?;
        return Ok(if diagnostics.errors() > 0 { Outcome::Failed } else { outcome });
    }
    pollstats::run_on(arguments, &mut replay, out, screen, shutdown)
}

/// The recording, and which part of it is meant; `None` if it has none.
fn open(
    arguments: &Arguments,
    path: &Path,
    diagnostics: &Diagnostics,
) -> Result<Option<(Recording, Range)>, RecordingError> {
    let recording = opened::open(path, diagnostics)?;
    let range = recording.bounds()?.map(|(_, end)| {
        let from = arguments.from.map_or(Bound::Unbounded, |it| Bound::Included(it.before(end)));
        let to = arguments.to.map_or(Bound::Unbounded, |it| Bound::Excluded(it.before(end)));
        (from, to)
    });
    Ok(range.map(|range| (recording, range)))
}
