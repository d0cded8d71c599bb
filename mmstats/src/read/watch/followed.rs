//! The files that are followed.

use std::ffi::OsStr;
use std::path::Path;

use super::entry::{Entry, Presence};
use super::found::{NewFile, Unlisted};
use super::reading::Reading;
use crate::file::ReadError;
use crate::read::WatchedFile;

/// The files that are followed, sorted by the bytes of their paths.
#[derive(Debug, Default)]
pub(super) struct FollowedFiles {
    entries: Vec<Entry>,
    /// The file that the search found last.
    last_found: Option<usize>,
    /// How many files the present poll added.
    added: usize,
    /// Some file couldn't be read, or not to its end. Nearly always none is: then nobody needs to
    /// look.
    has_errors: bool,
}

impl FollowedFiles {
    /// The file of this path.
    ///
    /// A directory lists its files in the same order each time. So the file that followed the last
    /// one before is tried first, and only where it is another one, the path is searched.
    pub(super) fn find(&mut self, path: &Path) -> Option<&mut Entry> {
        let path = path.as_os_str();
        let likely = self.last_found.map_or(0, |last| self.entries[last].next);
        let is_likely = self.entries.get(likely).is_some_and(|entry| path_of(entry) == path);
        let found = if is_likely { likely } else { self.search(path)? };
        if let Some(last) = self.last_found.replace(found) {
            self.entries[last].next = found;
        }
        Some(&mut self.entries[found])
    }

    fn search(&self, path: &OsStr) -> Option<usize> {
        self.entries.binary_search_by(|entry| path_of(entry).cmp(path)).ok()
    }

    /// Reads the files again. Returns those that are over, and adds to `new` what has their paths.
    pub(super) fn poll(
        &mut self,
        unlisted: &Unlisted,
        new: &mut Vec<NewFile>,
        reading: &mut Reading<'_>,
    ) -> Vec<Entry> {
        (self.last_found, self.added, self.has_errors) = (None, 0, false);
        let is_over = |entry: &mut Entry| {
            let found = entry.found_inode();
            let presence = entry.poll(!unlisted.may_have(entry.path()), reading);
            if let (Presence::Replaced, Some(inode)) = (presence, found) {
                new.push(NewFile { path: entry.shared_path(), inode });
            }
            self.has_errors |= entry.error().is_some();
            presence != Presence::Same
        };
        self.entries.extract_if(.., is_over).collect()
    }

    /// Begins to follow files, unless they are another user's or gone again. Returns why files can't
    /// be followed.
    pub(super) fn add(
        &mut self,
        mut new: Vec<NewFile>,
        reading: &mut Reading<'_>,
    ) -> Vec<ReadError> {
        let mut errors = Vec::new();
        new.sort_unstable_by(|one, other| one.path.as_os_str().cmp(other.path.as_os_str()));
        new.dedup_by(|one, other| one.path.as_os_str() == other.path.as_os_str());
        for file in &new {
            match Entry::add(&file.path, file.inode, reading) {
                Ok(entry) => {
                    self.added += 1;
                    self.has_errors |= entry.error().is_some();
                    self.entries.push(entry);
                }
                Err(ReadError::OtherOwner { .. }) => {}
                Err(error) if error.is_not_found() => {}
                Err(error) => errors.push(error),
            }
        }
        if self.added > 0 {
            // Two sorted runs, which a stable sort merges.
            self.entries.sort_by(|one, other| path_of(one).cmp(path_of(other)));
        }
        errors
    }

    /// The files that the last poll read.
    pub(super) fn readable(&self) -> impl Iterator<Item = &WatchedFile> {
        self.entries.iter().filter_map(Entry::readable)
    }

    /// Those of them that it added; `poll` is its number.
    pub(super) fn added(&self, poll: u64) -> impl Iterator<Item = &WatchedFile> {
        let entries = self.entries.iter().filter(move |entry| entry.was_added_in(poll));
        entries.take(self.added).filter_map(Entry::readable)
    }

    /// Why files couldn't be read, or not to their end.
    pub(super) fn errors(&self) -> impl Iterator<Item = &ReadError> {
        let looked_at = if self.has_errors { &*self.entries } else { &[] };
        looked_at.iter().filter_map(Entry::error)
    }

    /// All paths.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.entries.iter().map(Entry::path)
    }
}

fn path_of(entry: &Entry) -> &OsStr {
    entry.path().as_os_str()
}
