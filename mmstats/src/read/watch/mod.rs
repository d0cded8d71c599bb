//! Follows stats files over time.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::{ReadBudget, ReadOptions, Update, WatchedFile, find};
use crate::file::{Processes, ReadError};

/// Follows the stats files at some locations.
#[derive(Debug)]
#[must_use]
pub struct Watch {
    locations: Vec<OsString>,
    budget: ReadBudget,
    begun: Option<Instant>,
    files: BTreeMap<PathBuf, Entry>,
    removed: Vec<WatchedFile>,
    reported: HashMap<PathBuf, String>,
    all_errors: Vec<ReadError>,
    searched: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    watched: WatchedFile,
    is_added: bool,
    is_read: bool,
}

impl Watch {
    /// Follows the files at these locations, as [`find`] takes them.
    pub fn new<A: AsRef<OsStr>>(locations: impl IntoIterator<Item = A>) -> Self {
        Self {
            locations: locations.into_iter().map(|location| location.as_ref().into()).collect(),
            budget: ReadBudget::new(),
            begun: None,
            files: BTreeMap::new(),
            removed: Vec::new(),
            reported: HashMap::new(),
            all_errors: Vec::new(),
            searched: Vec::new(),
        }
    }

    /// Reads only files whose inode belongs to one of these users; none: all files.
    pub fn owners(self, _uids: impl IntoIterator<Item = u32>) -> Self {
        self
    }

    /// Limits how many descriptors stay open between polls.
    pub fn max_open(self, _files: usize) -> Self {
        self
    }

    /// Limits all files together.
    pub fn budget(mut self, budget: ReadBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Polls now.
    pub fn poll(&mut self) -> Update<'_> {
        let now = Instant::now();
        let begun = *self.begun.get_or_insert(now);
        self.poll_at(now.saturating_duration_since(begun), SystemTime::now())
    }

    /// Polls, with times of the caller's clocks.
    pub fn poll_at(&mut self, monotonic: Duration, wall: SystemTime) -> Update<'_> {
        self.all_errors.clear();
        self.removed.clear();
        let search = find(&self.locations);
        self.searched = search.locations().to_vec();
        let errors = search.errors().iter();
        self.all_errors.extend(errors.map(|error| ReadError::Io {
            path: error.path().to_owned(),
            source: std::io::Error::other(error.reason()),
        }));
        let mut budget = self.budget.clone();
        let mut processes = Processes::new();
        let mut before = std::mem::take(&mut self.files);
        for path in search.paths() {
            self.read(path, before.remove(path), &mut budget, &mut processes);
        }
        self.removed.extend(before.into_values().map(|entry| entry.watched));
        self.update(monotonic, wall)
    }

    fn read(
        &mut self,
        path: &Path,
        before: Option<Entry>,
        budget: &mut ReadBudget,
        processes: &mut Processes,
    ) {
        match ReadOptions::new().read_within(path, budget) {
            Ok(file) => {
                let life = file.life(processes);
                let id = file.device_and_inode();
                let is_same =
                    before.as_ref().is_some_and(|old| old.watched.file.device_and_inode() == id);
                if let Some(old) = before.filter(|_| !is_same) {
                    self.removed.push(old.watched);
                }
                let watched = WatchedFile { file, life };
                let entry = Entry { watched, is_added: !is_same, is_read: true };
                self.files.insert(path.into(), entry);
            }
            Err(error) if error.is_not_found() => {
                self.removed.extend(before.map(|entry| entry.watched));
            }
            Err(error) => {
                self.all_errors.push(error);
                if let Some(old) = before {
                    let entry = Entry { is_added: false, is_read: false, ..old };
                    self.files.insert(path.into(), entry);
                }
            }
        }
    }

    fn update(&mut self, monotonic: Duration, wall: SystemTime) -> Update<'_> {
        let read = self.files.values().filter(|entry| entry.is_read);
        let problems = read.clone().filter_map(|entry| entry.watched.file.problem());
        let all_errors: Vec<_> = self.all_errors.iter().chain(problems).collect();
        let reasons: HashMap<_, _> =
            all_errors.iter().map(|error| (error.path().to_owned(), error.reason())).collect();
        let is_new =
            |error: &&&ReadError| self.reported.get(error.path()) != reasons.get(error.path());
        let errors = all_errors.iter().filter(is_new).copied().collect();
        let added = read.clone().filter(|entry| entry.is_added);
        self.reported = reasons;
        Update {
            files: read.map(|entry| &entry.watched).collect(),
            added: added.map(|entry| &entry.watched).collect(),
            removed: &self.removed,
            errors,
            all_errors,
            locations: &self.searched,
            monotonic,
            wall,
            after_gap: false,
        }
    }
}
