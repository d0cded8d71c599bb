//! A number of files, each counted once.

/// A number of files. One counts once, however many of its stats are added in a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileCount {
    count: u64,
    /// The number of the file that was added last, from 1.
    last: u64,
}

impl FileCount {
    /// Adds a file by its number, from 1. The same one doesn't come again after another.
    pub(super) fn add(&mut self, file: u64) {
        self.count += u64::from(self.last != file);
        self.last = file;
    }

    /// Adds files of another count: one that is in both counts twice.
    pub(super) const fn merge(&mut self, other: Self) {
        self.count += other.count;
    }

    /// How many files were added.
    pub const fn get(self) -> u64 {
        self.count
    }
}
