//! What reading the files of one poll takes.

use crate::file::{OpenFile, Owners, Processes};
use crate::read::ReadBudget;
use crate::read::content::Scratch;
use crate::read::parsed::Fields;

/// What reading the files of one poll takes.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub budget: &'a mut ReadBudget,
    pub descriptors: &'a mut Descriptors,
    pub owners: &'a Owners,
    pub processes: Processes,
    /// For the next copy of a known file.
    pub scratch: Scratch,
    /// The fields of the file that was added last.
    pub fields: Fields,
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
