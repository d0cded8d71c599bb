//! The updates of a recording, as if they were polled now.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use mmstats::Update;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_cli::shutdown::Shutdown;
use mmstats_recording::RecordingError;
use mmstats_tools::common::arguments::OwnerArguments;
use mmstats_tools::common::selection::explain_others;
use mmstats_tools::common::updates::{Then, Updates};
use mmstats_tools::pollstats::Arguments;

use super::grid::Grid;
use super::playback::Playback;
use super::skipped::Skipped;
use crate::dates::date;

/// The updates of a recording, at the pace that is asked for.
///
/// It begins with the first one that has files.
pub struct Replay<'a> {
    path: &'a Path,
    updates: mmstats_recording::Updates<'a>,
    owner: &'a OwnerArguments,
    interval: Duration,
    playback: Playback,
    /// Which updates are shown; `None`: each.
    grid: Option<Grid>,
    skipped: Skipped,
    /// When the last update was.
    last: Option<SystemTime>,
    has_begun: bool,
    /// How many files of other users were left out of the last update before it began.
    others: usize,
}

impl<'a> Replay<'a> {
    /// The updates of the recording at `path`.
    pub fn new(
        updates: mmstats_recording::Updates<'a>,
        path: &'a Path,
        arguments: &'a Arguments,
    ) -> Self {
        /// What most recordings have.
        const INTERVAL: Duration = Duration::from_secs(1);
        let speed = if arguments.list { 0.0 } else { arguments.speed.unwrap_or(1.0) };
        Self {
            path,
            updates,
            owner: &arguments.owner,
            interval: arguments.delay.unwrap_or(INTERVAL),
            playback: Playback::new(speed),
            grid: arguments.delay.filter(|_| !arguments.list).map(Grid::new),
            skipped: Skipped::default(),
            last: None,
            has_begun: false,
            others: 0,
        }
    }
}

impl Updates for Replay<'_> {
    fn next(&mut self, shutdown: &Shutdown, diagnostics: &mut Diagnostics, then: &mut Then<'_>) {
        let has_expired = self.updates.has_expired();
        while !shutdown.is_requested() {
            let update = match self.updates.next() {
                None => return,
                Some(Err(error)) => {
                    report(self.path, &error, self.last, diagnostics);
                    continue;
                }
                Some(Ok(update)) => update,
            };
            let is_included = |file: &&_| self.owner.include_file(mmstats::WatchedFile::file(file));
            if !self.has_begun && !update.files().any(|file| is_included(&file)) {
                self.others = update.files().len();
                continue;
            }
            if !self.has_begun && has_expired {
                report_expired(self.path, &update, diagnostics);
            }
            self.has_begun = true;
            let last = self.last.replace(update.wall());
            if update.after_gap()
                && let Some(last) = last
            {
                report_gap(self.path, last, &update, diagnostics);
            }
            let (monotonic, after_gap) = (update.monotonic(), update.after_gap());
            if self.grid.as_mut().is_some_and(|grid| !grid.has_row(monotonic, after_gap)) {
                self.skipped.add(&update);
                continue;
            }
            let due = self.playback.due(monotonic, after_gap, Instant::now());
            if due.is_some_and(|due| shutdown.wait_until(due)) {
                return;
            }
            let then = &mut |update: &Update<'_>| then(update, diagnostics);
            return self.skipped.pass(&update, self.owner, then);
        }
    }

    fn interval(&self) -> Duration {
        self.interval
    }

    fn explain_no_files(&self) -> Option<String> {
        let explanation = || match self.others {
            0 if self.updates.has_expired() => {
                "of that time only each minute's end is kept: slurpstats --at shows it".to_owned()
            }
            0 => "no stats files were recorded at that time".to_owned(),
            others => explain_others(others),
        };
        (!self.has_begun).then(explanation)
    }
}

/// Reports what is damaged, which isn't an error of the run: the rest is shown.
fn report(
    path: &Path,
    error: &RecordingError,
    last: Option<SystemTime>,
    diagnostics: &mut Diagnostics,
) {
    let RecordingError::Damaged(_) = error else {
        return diagnostics.file_error(path, error);
    };
    let path = escape_path(path);
    let last = last.map_or_else(String::new, |last| format!("after {}: ", date(last)));
    diagnostics.note(&format_args!("{path}: {last}{error}"));
}

fn report_expired(path: &Path, first: &Update<'_>, diagnostics: &Diagnostics) {
    let (path, first) = (escape_path(path), date(first.wall()));
    diagnostics.note(&format_args!("{path}: before {first} only each minute's end is kept"));
}

fn report_gap(path: &Path, last: SystemTime, update: &Update<'_>, diagnostics: &Diagnostics) {
    let (from, to) = (date(last), date(update.wall()));
    let path = escape_path(path);
    diagnostics.note(&format_args!("{path}: nothing was recorded from {from} to {to}"));
}
