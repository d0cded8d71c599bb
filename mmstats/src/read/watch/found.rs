//! What a search finds, compared with what is known.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entry::Entry;
use super::path_key::PathKey;
use crate::file::ReadError;
use crate::read::locate::Visitor;

/// What a search finds, compared with what is known.
#[derive(Debug)]
pub(super) struct Found<'a> {
    known: &'a mut BTreeMap<PathKey, Entry>,
    /// Where it searched.
    pub locations: Vec<String>,
    /// Paths that aren't known, with their inode numbers; some more than once.
    pub new: Vec<(Arc<Path>, u64)>,
    /// Locations that don't exist or can't be searched.
    pub errors: Vec<ReadError>,
    pub unlisted: Unlisted,
}

/// Directories that couldn't be listed.
#[derive(Debug, Default)]
pub(super) struct Unlisted {
    directories: HashSet<PathBuf>,
    /// Default directories, with the errors.
    defaults: Vec<ReadError>,
}

impl<'a> Found<'a> {
    pub(super) fn new(known: &'a mut BTreeMap<PathKey, Entry>) -> Self {
        let (locations, new, errors) = (Vec::new(), Vec::new(), Vec::new());
        Self { known, locations, new, errors, unlisted: Unlisted::default() }
    }
}

impl Visitor for Found<'_> {
    fn location(&mut self, location: String) {
        self.locations.push(location);
    }

    fn file(&mut self, path: &Path, inode: u64) {
        match self.known.get_mut(path.as_os_str()) {
            Some(entry) => entry.found(inode),
            None => self.new.push((path.into(), inode)),
        }
    }

    fn error(&mut self, error: ReadError) {
        if !error.is_not_found() {
            self.unlisted.directories.insert(error.path().to_owned());
        }
        self.errors.push(error);
    }

    fn unlisted(&mut self, error: ReadError) {
        if !error.is_not_found() {
            self.unlisted.directories.insert(error.path().to_owned());
            self.unlisted.defaults.push(error);
        }
    }
}

impl Unlisted {
    /// Whether a file may be in one of the directories.
    pub(super) fn may_have(&self, path: &Path) -> bool {
        !self.directories.is_empty()
            && path.ancestors().any(|above| self.directories.contains(above))
    }

    /// The errors of default directories that have known files: elsewhere they don't matter.
    pub(super) fn errors_at<'p>(self, known: impl Iterator<Item = &'p Path>) -> Vec<ReadError> {
        if self.defaults.is_empty() {
            return Vec::new();
        }
        let above: HashSet<&Path> = known.flat_map(Path::ancestors).collect();
        self.defaults.into_iter().filter(|error| above.contains(error.path())).collect()
    }
}
