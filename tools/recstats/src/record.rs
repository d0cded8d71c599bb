//! `recstats record`: records until a signal ends it.

mod announcement;
mod notes;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use mmstats::{Update, Watch};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::exit::{self, Outcome};

use mmstats_cli::shutdown::Shutdown;
use mmstats_recording::Recorder;
use mmstats_tools::common::losses::{Losses, log_stays};
use mmstats_tools::common::schedule::Schedule;
use nix::libc::SIGINT;

use crate::args::{NAME, RecordArguments};
use crate::damages::message;
use crate::default_file::{create_directory, default_file};

/// Records until the end.
pub fn run(arguments: &RecordArguments) -> Outcome {
    let mut diagnostics = Diagnostics::new(NAME);
    let result = record(arguments, &diagnostics);
    exit::outcome(result, &mut diagnostics)
}

fn record(arguments: &RecordArguments, diagnostics: &Diagnostics) -> Result<Outcome, String> {
    let shutdown = Shutdown::on_signal();
    let shutdown = shutdown.map_err(|error| format!("can't handle signals: {error}"))?;
    let path = path(arguments)?;
    let mut recorder =
        Recorder::new(&path, &arguments.settings()).map_err(|error| message(&path, &error))?;
    let losses = poll(arguments, &path, &mut recorder, &shutdown, diagnostics);
    if let Err(error) = recorder.finish() {
        diagnostics.note(&log_stays(&path, &error.to_string()));
    }
    losses.finish()?;
    Ok(outcome(&shutdown))
}

/// The file that is recorded, in a directory that exists if it is the default.
fn path(arguments: &RecordArguments) -> Result<PathBuf, String> {
    if let Some(path) = &arguments.file {
        return Ok(path.clone());
    }
    let path = default_file()?;
    create_directory(&path)?;
    Ok(path)
}

/// Records polls on their grid until a shutdown is requested.
fn poll(
    arguments: &RecordArguments,
    path: &Path,
    recorder: &mut Recorder,
    shutdown: &Arc<Shutdown>,
    diagnostics: &Diagnostics,
) -> Losses {
    let mut watch = Watch::new(&arguments.locations)
        .owners(arguments.owner.uids.iter().copied())
        .budget(arguments.limits.budget());
    let mut losses = Losses::new(path);
    let mut schedule = Schedule::new(Instant::now(), arguments.interval);
    let mut is_first = true;
    loop {
        let update = watch.poll();
        report_errors(&update, diagnostics);
        let result = recorder.record(&update);
        if std::mem::take(&mut is_first) {
            announcement::announce(arguments, path, &update, diagnostics);
        }
        if let Some(message) = losses.follow(result.map_err(|error| error.to_string())) {
            diagnostics.note(&message);
        }
        for note in recorder.notes() {
            let text = notes::text(&note);
            diagnostics.note(&format_args!("{}: {}", escape_path(path), escape(&text)));
        }
        if shutdown.wait_until(schedule.due()) {
            return losses;
        }
        schedule.advance(Instant::now());
    }
}

/// Reports what can't be read, once.
fn report_errors(update: &Update<'_>, diagnostics: &Diagnostics) {
    for error in update.errors() {
        let (path, reason) = (escape_path(error.path()), error.reason());
        diagnostics.note(&format_args!("{path}: {}", escape(&reason)));
    }
}

/// SIGTERM is how a service manager ends a service, and SIGHUP comes when a terminal is closed.
fn outcome(shutdown: &Shutdown) -> Outcome {
    match shutdown.outcome() {
        Some(Outcome::Interrupted(signal)) if i32::from(signal) != SIGINT => Outcome::Fine,
        outcome => outcome.unwrap_or(Outcome::Fine),
    }
}
