//! An update that outlives the next poll.

use std::time::{Duration, SystemTime};

use mmstats::{Changes, ReadError, Update, UpdateParts, WatchedFile};

/// All that an update shows.
pub struct KeptUpdate {
    files: Vec<WatchedFile>,
    added: Vec<WatchedFile>,
    removed: Vec<WatchedFile>,
    errors: Vec<ReadError>,
    all_errors: Vec<ReadError>,
    locations: Vec<String>,
    pub monotonic: Duration,
    pub wall: SystemTime,
    pub after_gap: bool,
}

impl KeptUpdate {
    pub fn of(update: &Update<'_>) -> Self {
        Self {
            files: update.files().cloned().collect(),
            added: update.added().cloned().collect(),
            removed: update.removed().to_vec(),
            errors: update.errors().map(recorded).collect(),
            all_errors: update.all_errors().map(recorded).collect(),
            locations: update.locations().to_vec(),
            monotonic: update.monotonic(),
            wall: update.wall(),
            after_gap: update.after_gap(),
        }
    }

    pub fn update(&self) -> Update<'_> {
        let mut parts = UpdateParts::new(self.monotonic, self.wall);
        parts.files = self.files.iter().collect();
        parts.added = self.added.iter().collect();
        parts.removed = &self.removed;
        parts.errors = self.errors.iter().collect();
        parts.all_errors = self.all_errors.iter().collect();
        parts.locations = &self.locations;
        parts.after_gap = self.after_gap;
        parts.into()
    }
}

/// An error that shows the same.
pub fn recorded(error: &ReadError) -> ReadError {
    let (summary, reason) = (error.summary(), error.reason());
    ReadError::recorded(error.path(), summary, reason, error.is_not_found())
}

/// All that changes say.
pub fn described(changes: &Changes) -> Vec<String> {
    let mut lines = vec![format!("{:?}", changes.interval())];
    for change in changes.files() {
        let path = change.file().path().display();
        lines.push(format!("{path}: {:?}, {:?}", change.event(), change.life()));
        for stat in change.file().stats() {
            lines.push(format!("{path} {}: {:?}", stat.label(), change.increase(&stat)));
        }
    }
    lines
}
