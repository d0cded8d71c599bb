//! What reading the files of one poll takes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::file::{FileImage, MAX_SIZE, OpenFile, Processes, ReadError};
use crate::read::ReadBudget;

/// What reading the files of one poll takes.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub budget: &'a mut ReadBudget,
    pub descriptors: &'a mut Descriptors,
    /// Only files of these users are read; none: all.
    pub owners: &'a [u32],
    pub processes: Processes,
    /// For the next copy of a known file.
    pub scratch: FileImage,
    /// The number of the poll.
    pub poll: u64,
}

/// The descriptors that stay open between polls.
#[derive(Debug, Default)]
pub(super) struct Descriptors {
    pub open: usize,
    pub max: usize,
}

impl Descriptors {
    /// Keeps a file open if there is a descriptor for it.
    pub(super) fn keep(&mut self, open: OpenFile) -> Option<OpenFile> {
        if self.open >= self.max {
            return None;
        }
        self.open += 1;
        Some(open)
    }
}

impl Reading<'_> {
    /// Opens a file of one of the owners; `None` if it is another user's.
    pub(super) fn open(&self, path: &Path) -> Result<Option<OpenFile>, ReadError> {
        let failed = |source| ReadError::Io { path: path.to_owned(), source };
        // Asking the path first spares opening other users' files at every poll. What counts is the
        // inode that was opened.
        if !self.owners.is_empty() {
            let found = fs::metadata(path).or_else(|_| fs::symlink_metadata(path));
            if !self.reads_from(found.map_err(failed)?.uid()) {
                return Ok(None);
            }
        }
        let open = OpenFile::open(path, MAX_SIZE)?;
        if !self.owners.is_empty() && !self.reads_from(open.inode().map_err(failed)?.owner) {
            return Ok(None);
        }
        Ok(Some(open))
    }

    fn reads_from(&self, owner: u32) -> bool {
        self.owners.contains(&owner)
    }
}
