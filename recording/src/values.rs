//! The values of one word.

use crate::column::MOST_VALUES;

/// The values of a word over the polls of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    values: [u64; MOST_VALUES],
    count: usize,
}

impl Values {
    /// A value that doesn't change over `polls` polls, at most 60.
    pub(crate) fn all_same(value: u64, polls: usize) -> Self {
        Self { values: [value; MOST_VALUES], count: polls + 1 }
    }

    /// The value before the first poll.
    pub fn before(&self) -> u64 {
        self.values[0]
    }

    /// The value at each poll.
    pub fn at_polls(&self) -> &[u64] {
        &self.values[1..self.count]
    }

    /// The value before, and that at each poll.
    pub(crate) fn all(&self) -> &[u64] {
        &self.values[..self.count]
    }

    /// To overwrite them.
    pub(crate) fn all_mut(&mut self) -> &mut [u64] {
        &mut self.values[..self.count]
    }
}
