//! Finds what each file of an update is compared with.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use super::file_change::{Before, FileChange, FileEvent};
use super::known::KnownFiles;
use super::writer;
use crate::read::{StatsFile, Update, WatchedFile};

/// Finds what each file of an update is compared with.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    update: &'a Update<'a>,
    known: KnownFiles,
    /// What couldn't be read or listed at the last update.
    unread: &'a HashSet<PathBuf>,
    interval: Duration,
    is_first: bool,
}

/// A file that isn't compared with the last state of its path.
#[derive(Debug)]
struct NewFile<'a> {
    watched: &'a WatchedFile,
    event: FileEvent,
}

/// A file that is gone, with its last state.
#[derive(Debug)]
struct RemovedFile<'a> {
    watched: &'a WatchedFile,
    before: Before,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        update: &'a Update<'a>,
        known: KnownFiles,
        unread: &'a HashSet<PathBuf>,
        interval: Duration,
        is_first: bool,
    ) -> Self {
        Self { update, known, unread, interval, is_first }
    }

    /// The changes in the order of their paths, and the last states of files that are neither in
    /// the update nor removed.
    pub(super) fn finish(mut self) -> (Vec<FileChange>, impl Iterator<Item = StatsFile> + use<>) {
        let mut changes = Vec::with_capacity(self.update.files().len());
        let new = self.compare_known(&mut changes);
        let mut removed = self.removed();
        if !(new.is_empty() && removed.is_empty()) {
            self.compare_new(new, &mut removed, &mut changes);
            let removed = removed.into_iter().map(|RemovedFile { watched, before }| {
                self.change(watched, before, Some(FileEvent::Removed))
            });
            changes.extend(removed);
        }
        changes.sort_by(|a, b| a.order().cmp(&b.order()));
        (changes, self.known.into_left())
    }

    /// Compares the files that were there before, and returns the others.
    fn compare_known(&mut self, changes: &mut Vec<FileChange>) -> Vec<NewFile<'a>> {
        let mut new = Vec::new();
        let mut next = 0;
        for watched in self.update.files() {
            let found = self.known.find_present(watched.file(), &mut next);
            let before = found.and_then(|index| self.known.take(index, watched.file()));
            if before.is_none() {
                let event = found.map_or(FileEvent::Added, |_| FileEvent::Replaced);
                new.push(NewFile { watched, event });
            }
            changes.extend(before.map(|before| self.change(watched, before, None)));
        }
        new
    }

    /// The removed files with their last states.
    fn removed(&mut self) -> Vec<RemovedFile<'a>> {
        let mut removed = Vec::new();
        for watched in self.update.removed() {
            let found = self.known.find(watched.file());
            let before = found.and_then(|index| self.known.take(index, watched.file()));
            let before = before.unwrap_or_else(|| self.before_of_new(watched.file()));
            removed.push(RemovedFile { watched, before });
        }
        removed
    }

    /// Compares the files that weren't there with those that are gone: they may have been renamed.
    fn compare_new(
        &self,
        new: Vec<NewFile<'a>>,
        removed: &mut [RemovedFile<'a>],
        changes: &mut Vec<FileChange>,
    ) {
        let mut by_inode: HashMap<(u64, u64), Vec<usize>> = HashMap::new();
        for (index, removed) in removed.iter().enumerate() {
            let id = removed.watched.file().device_and_inode();
            if let Some(id) = id.filter(|_| matches!(removed.before, Before::File(_))) {
                by_inode.entry(id).or_default().push(index);
            }
        }
        for NewFile { watched, event } in new {
            let file = watched.file();
            let same_inode = file.device_and_inode().and_then(|id| by_inode.get_mut(&id));
            let renamed = same_inode.and_then(|indices| {
                let is_same = |&index: &usize| writer::is_same(removed[index].watched.file(), file);
                let found = indices.iter().position(is_same)?;
                Some(indices.swap_remove(found))
            });
            let before = match renamed {
                Some(index) => std::mem::replace(&mut removed[index].before, Before::Baseline),
                None => self.before_of_new(file),
            };
            changes.push(self.change(watched, before, Some(event)));
        }
    }

    fn before_of_new(&self, file: &StatsFile) -> Before {
        let was_unread = |path| self.unread.contains(path);
        let path = file.path();
        let is_new = !was_unread(path) && !path.parent().is_some_and(was_unread);
        if is_new && writer::was_created_within(file, self.interval, self.update.wall()) {
            Before::Zero
        } else {
            Before::Baseline
        }
    }

    fn change(
        &self,
        watched: &WatchedFile,
        before: Before,
        event: Option<FileEvent>,
    ) -> FileChange {
        let is_baseline = self.is_first || self.update.after_gap();
        let before = if is_baseline { Before::Baseline } else { before };
        let event = event.filter(|&event| !self.is_first || event == FileEvent::Removed);
        FileChange::new(watched.clone(), before, event)
    }
}
