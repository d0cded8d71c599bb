//! What a search finds, compared with what is known.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::file::ReadError;
use crate::read::locate::Visitor;

/// What a search finds, compared with what is known by `K`.
#[derive(Debug)]
pub(super) struct Found<K> {
    /// Takes the path and inode number of a file, and returns whether it is known.
    is_known: K,
    /// Where it searched.
    pub locations: Vec<String>,
    /// Files that aren't known; some more than once.
    pub new: Vec<NewFile>,
    /// Locations that don't exist or can't be searched.
    pub errors: Vec<ReadError>,
    pub unlisted: Unlisted,
}

/// A file that isn't known.
#[derive(Debug)]
pub(super) struct NewFile {
    pub path: Arc<Path>,
    /// The inode number that the search found.
    pub inode: u64,
}

/// Directories that couldn't be listed.
#[derive(Debug, Default)]
pub(super) struct Unlisted {
    directories: HashSet<PathBuf>,
    /// Default directories, with the errors.
    defaults: Vec<ReadError>,
}

impl<K: FnMut(&Path, u64) -> bool> Found<K> {
    pub(super) fn new(is_known: K) -> Self {
        let (locations, new, errors) = (Vec::new(), Vec::new(), Vec::new());
        Self { is_known, locations, new, errors, unlisted: Unlisted::default() }
    }
}

impl<K: FnMut(&Path, u64) -> bool> Visitor for Found<K> {
    fn location(&mut self, location: String) {
        self.locations.push(location);
    }

    fn file(&mut self, path: &Path, inode: u64) {
        if !(self.is_known)(path, inode) {
            self.new.push(NewFile { path: path.into(), inode });
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
