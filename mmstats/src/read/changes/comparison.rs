//! Finds what each file of an update is compared with.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::path::PathBuf;
use std::time::Duration;

use super::departed::Departed;
use super::file_change::{Before, FileChange, FileEvent};
use super::known::KnownFiles;
use super::writer::{self, WriterKey};
use crate::read::{StatsFile, Update, WatchedFile};

/// Finds what each file of an update is compared with.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub update: &'a Update<'a>,
    /// The files of the last update.
    pub known: KnownFiles,
    /// What couldn't be read or listed at the last update.
    pub unread: &'a HashSet<PathBuf>,
    /// The files that were removed by earlier updates.
    pub departed: &'a Departed,
    /// The time since the last update.
    pub interval: Duration,
    /// Whether there was no update before.
    pub is_first: bool,
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
            let before =
                before.unwrap_or_else(|| self.before_of_new(watched.file(), FileEvent::Removed));
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
        let mut by_writer: HashMap<WriterKey, Vec<usize>> = HashMap::new();
        for (index, removed) in removed.iter().enumerate().rev() {
            if let Some(key) = WriterKey::of(removed.watched.file()) {
                by_writer.entry(key).or_default().push(index);
            }
        }
        for NewFile { watched, event } in new {
            let file = watched.file();
            let same_key = WriterKey::of(file).and_then(|key| by_writer.get_mut(&key));
            let is_same =
                |&mut index: &mut usize| writer::is_same(removed[index].watched.file(), file);
            let before = match same_key.and_then(|indices| indices.pop_if(is_same)) {
                Some(index) => mem::replace(&mut removed[index].before, Before::Baseline),
                None => self.before_of_new(file, event),
            };
            changes.push(self.change(watched, before, Some(event)));
        }
    }

    fn before_of_new(&self, file: &StatsFile, event: FileEvent) -> Before {
        // What replaces a known file wasn't there.
        let was_there = event != FileEvent::Replaced
            && file.path().ancestors().any(|path| self.unread.contains(path));
        if !was_there
            && !self.departed.contains(file)
            && writer::was_created_within(file, self.interval, self.update.wall())
        {
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
