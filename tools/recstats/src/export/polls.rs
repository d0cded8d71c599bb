//! The polls that are exported.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats::{Stat, Update, Verdict, WatchedFile};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_recording::Recording;
use mmstats_totals::aggregation::is_current_state;

use super::failure::Failure;
use crate::args::Range;
use crate::damages::Damages;

/// Goes through the polls of a recording, and says what it left out.
#[derive(Debug)]
pub struct Polls<'a> {
    path: &'a Path,
    step: Option<Duration>,
    /// How many were exported.
    exported: u64,
}

/// A poll that is exported.
#[derive(Debug)]
pub struct Poll<'a> {
    /// When it began, in milliseconds since 1970.
    pub time: i64,
    /// When the one before began if there is a gap between them.
    pub before_gap: Option<i64>,
    /// Files, also those that are gone, with their final values.
    pub files: Vec<&'a WatchedFile>,
}

impl<'a> Polls<'a> {
    /// Of the recording at this path; with a step, of the polls in each only the first.
    pub fn new(path: &'a Path, step: Option<Duration>) -> Self {
        Self { path, step, exported: 0 }
    }

    /// Calls `action` with each poll. Reports what is damaged; the rest goes on.
    pub fn for_each(
        &mut self,
        recording: &Recording,
        range: Range,
        diagnostics: &Diagnostics,
        mut action: impl FnMut(&Poll<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut damages = Damages::new(self.path);
        let updates = recording.updates(range);
        let mut updates = updates.map_err(|error| crate::damages::message(self.path, &error))?;
        let (mut last, mut is_gap) = (None, false);
        while let Some(update) = updates.next() {
            let update = match update {
                Ok(update) => update,
                Err(error) => {
                    damages.add(&error, diagnostics)?;
                    continue;
                }
            };
            is_gap |= update.after_gap();
            let time = milliseconds(update.wall());
            if last.is_some_and(|last| self.slot(last) == self.slot(time)) && self.step.is_some() {
                continue;
            }
            let before_gap = last.filter(|_| std::mem::take(&mut is_gap));
            action(&Poll { time, before_gap, files: files(&update) })?;
            last = Some(time);
            self.exported += 1;
        }
        damages.finish(diagnostics);
        Ok(())
    }

    /// In which step a time is.
    fn slot(&self, time: i64) -> i64 {
        let step = self.step.map_or(1, |step| step.as_millis() as i64);
        time.div_euclid(step.max(1))
    }

    /// Why there is nothing.
    pub fn explain_nothing(&self) -> &'static str {
        if self.exported == 0 { "no poll is in this time" } else { "no stat matches" }
    }
}

/// Those that are there, then those that are gone.
fn files<'a>(update: &Update<'a>) -> Vec<&'a WatchedFile> {
    update.files().chain(update.removed()).collect()
}

impl Poll<'_> {
    /// The stats of a file that say something about this moment: of a dead program no states, and no
    /// mean over a window that has passed.
    pub fn stats_of<'f>(&self, file: &'f WatchedFile) -> impl Iterator<Item = (usize, Stat<'f>)> {
        let is_dead = file.life().verdict == Verdict::Dead;
        let now = self.time as f64 / 1e3;
        let stats = file.file().stats().enumerate();
        stats.filter(move |(_, stat)| !(is_dead && is_current_state(stat) || stat.is_expired(now)))
    }
}

/// Milliseconds since 1970, rounded down.
fn milliseconds(wall: SystemTime) -> i64 {
    match wall.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_millis() as i64,
        Err(before) => -(before.duration().as_nanos().div_ceil(1_000_000) as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_down_also_before_1970() {
        let nanosecond = Duration::from_nanos(1);
        let fraction = Duration::from_micros(1_500);
        for (wall, expected) in [
            (UNIX_EPOCH, 0),
            (UNIX_EPOCH + fraction, 1),
            (UNIX_EPOCH - fraction, -2),
            (UNIX_EPOCH - nanosecond, -1),
        ] {
            assert_eq!(milliseconds(wall), expected);
        }
    }
}
