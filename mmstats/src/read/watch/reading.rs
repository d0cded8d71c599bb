//! What reading the files of one poll takes.

use crate::file::{FileImage, OpenFile, Owners, Processes};
use crate::read::ReadBudget;

/// What reading the files of one poll takes.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub budget: &'a mut ReadBudget,
    pub descriptors: &'a mut Descriptors,
    pub owners: &'a Owners,
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
