//! Where updates come from: files that are polled at intervals, or a recording of them.

use std::ffi::OsString;
use std::fs;
use std::mem;
use std::time::{Duration, Instant};

use mmstats::{ReadError, Update, Watch};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::shutdown::Shutdown;

use super::arguments::OwnerArguments;
use super::schedule::Schedule;
use super::selection::explain_no_files;

/// What is done with an update.
pub type Then<'a> = dyn FnMut(&Update<'_>, &mut Diagnostics) + 'a;

/// A source of updates, one after the other.
pub trait Updates {
    /// Waits until the next update is due, and passes it to `then`; the first one is due at once. Does
    /// nothing if there are no more, or if a shutdown is requested before.
    fn next(&mut self, shutdown: &Shutdown, diagnostics: &mut Diagnostics, then: &mut Then<'_>);

    /// The usual time from one update to the next.
    fn interval(&self) -> Duration;

    /// Why the last update had no files, not even unreadable ones; `None` if it had any.
    fn explain_no_files(&self) -> Option<String>;
}

/// Polls files at intervals.
#[derive(Debug)]
pub struct Polls {
    watch: Watch,
    delay: Duration,
    /// `None` before the first poll.
    schedule: Option<Schedule>,
    /// Whether another poll than the first one was due.
    has_advanced: bool,
    locations: Vec<OsString>,
    owner: OwnerArguments,
    /// Where the last poll searched, if it found no file.
    searched_in_vain: Option<Vec<String>>,
}

impl Polls {
    /// Polls these locations, which `watch` follows as well, with this time from one to the next.
    pub fn new(
        watch: Watch,
        locations: &[OsString],
        owner: &OwnerArguments,
        delay: Duration,
    ) -> Self {
        Self {
            watch,
            delay,
            schedule: None,
            has_advanced: false,
            locations: locations.to_vec(),
            owner: owner.clone(),
            searched_in_vain: None,
        }
    }

    /// When the next poll is due; `None`: now.
    fn due(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let Some(schedule) = &mut self.schedule else {
            self.schedule = Some(Schedule::new(now, self.delay));
            return None;
        };
        if mem::replace(&mut self.has_advanced, true) {
            schedule.advance(now);
        }
        Some(schedule.due())
    }
}

impl Updates for Polls {
    fn next(&mut self, shutdown: &Shutdown, diagnostics: &mut Diagnostics, then: &mut Then<'_>) {
        if self.due().is_some_and(|due| shutdown.wait_until(due)) {
            return;
        }
        let update = self.watch.poll();
        self.searched_in_vain = (!found_files(&update)).then(|| update.locations().to_vec());
        then(&update, diagnostics);
    }

    fn interval(&self) -> Duration {
        self.delay
    }

    fn explain_no_files(&self) -> Option<String> {
        let searched = self.searched_in_vain.as_ref()?;
        Some(explain_no_files(searched, self.owner.count_others_at(&self.locations)))
    }
}

/// Whether there are files, readable or not.
fn found_files(update: &Update<'_>) -> bool {
    update.files().len() > 0 || update.all_errors().any(is_of_a_file)
}

/// Whether it is the error of a file, rather than of a location.
fn is_of_a_file(error: &ReadError) -> bool {
    fs::metadata(error.path()).is_ok_and(|metadata| !metadata.is_dir())
}
