//! Files that were removed a short time ago and may come back.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::writer::{self, CREATION_SLACK, WriterKey};
use crate::read::StatsFile;

/// The files that were removed while they were young.
///
/// If such a file comes back, its age doesn't show that it isn't new. Older ones needn't be
/// remembered. Those that don't say when they were created can't be: their inode may have been given
/// to another file.
#[derive(Debug, Default)]
pub(super) struct Departed {
    files: HashMap<WriterKey, Departure>,
}

#[derive(Debug)]
struct Departure {
    created: f64,
    /// When it was removed.
    monotonic: Duration,
}

impl Departed {
    /// Remembers a file that is removed now.
    pub(super) fn insert(&mut self, file: &StatsFile, monotonic: Duration) {
        if let Some((key, created)) = WriterKey::of(file).zip(file.created()) {
            self.files.insert(key, Departure { created, monotonic });
        }
    }

    /// Lets all seem to be removed now, behind a gap, by a clock that may have begun anew.
    pub(super) fn restart(&mut self, monotonic: Duration) {
        self.files.values_mut().for_each(|departure| departure.monotonic = monotonic);
    }

    pub(super) fn contains(&self, file: &StatsFile) -> bool {
        !self.files.is_empty()
            && WriterKey::of(file).is_some_and(|key| self.files.contains_key(&key))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// Forgets the files whose age will show from now on that they aren't new. Those that this clock
    /// hasn't reached yet are forgotten after a while, too, or they would be ever more.
    pub(super) fn forget(&mut self, monotonic: Duration, wall: SystemTime) {
        self.files.retain(|_, departure| {
            writer::is_within(departure.created, CREATION_SLACK, wall)
                && monotonic.saturating_sub(departure.monotonic) <= CREATION_SLACK
        });
    }
}
