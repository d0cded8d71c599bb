//! Updates without a row of their own: what they say once belongs to the next one.

use std::collections::HashSet;

use mmstats::{ReadError, Update, UpdateParts, WatchedFile};
use mmstats_tools::common::arguments::OwnerArguments;

/// What updates since the last row said once.
#[derive(Debug, Default)]
pub struct Skipped {
    removed: Vec<WatchedFile>,
    errors: Vec<ReadError>,
}

impl Skipped {
    /// Keeps what an update says that the next one doesn't.
    pub fn add(&mut self, update: &Update<'_>) {
        self.removed.extend(update.removed().iter().cloned());
        self.errors.extend(update.errors().map(|error| {
            let (summary, reason) = (error.summary(), error.reason());
            ReadError::recorded(error.path(), summary, reason, error.is_not_found())
        }));
    }

    /// Passes on an update with what was skipped before it, and only with files of these owners.
    pub fn pass(
        &mut self,
        update: &Update<'_>,
        owner: &OwnerArguments,
        then: &mut dyn FnMut(&Update<'_>),
    ) {
        if self.removed.is_empty() && self.errors.is_empty() && owner.uids.is_empty() {
            return then(update);
        }
        let is_included = |watched: &WatchedFile| owner.include_file(watched.file());
        let removed = self.removed.drain(..).chain(update.removed().iter().cloned());
        let removed: Vec<_> = removed.filter(is_included).collect();
        let errors: Vec<_> = self.errors.drain(..).collect();
        let mut parts = UpdateParts::new(update.monotonic(), update.wall());
        parts.files = update.files().filter(|file| is_included(file)).collect();
        parts.added = update.added().filter(|file| is_included(file)).collect();
        parts.removed = &removed;
        // Whose a file is that can't be read isn't recorded.
        let paths: HashSet<_> = parts.files.iter().map(|watched| watched.file().path()).collect();
        let is_shown = |error: &&ReadError| {
            owner.uids.is_empty() || error.is_not_found() || paths.contains(error.path())
        };
        parts.errors = errors.iter().chain(update.errors()).filter(is_shown).collect();
        parts.all_errors = update.all_errors().filter(is_shown).collect();
        parts.locations = update.locations();
        parts.after_gap = update.after_gap();
        then(&parts.into());
    }
}
