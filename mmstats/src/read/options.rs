//! How a stats file is read.

use std::path::Path;

use super::{ReadBudget, StatsFile};
use crate::file::{MAX_SIZE, Owners, ReadError};

/// How a stats file is read; [`StatsFile::read`] takes the defaults.
///
/// ```
/// use mmstats::ReadOptions;
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("jobs.mmstats");
/// # std::fs::write(&path, b"\x01\x04\0jobs\x01\0B\xff\x07")?;
/// let file = ReadOptions::new().max_size(1 << 30).read(&path)?;
/// assert_eq!(file.stats().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ReadOptions {
    max_size: u64,
    keep_open: bool,
    owners: Owners,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { max_size: MAX_SIZE, keep_open: false, owners: Owners::default() }
    }
}

impl ReadOptions {
    /// The defaults: files of all users, up to 64 MiB, closed after reading.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rejects files larger than this many bytes. The limit is never more than 4 GiB, where the
    /// format's offsets end.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = bytes;
        self
    }

    /// Whether the snapshot keeps its file open, so that [`StatsFile::life`] needn't open it again,
    /// and the system is asked for the file's inode only on demand. It costs a descriptor for the
    /// life of the snapshot, or until [`StatsFile::close`]; for reading one file after another it is
    /// faster.
    pub fn keep_open(mut self, keep: bool) -> Self {
        self.keep_open = keep;
        self
    }

    /// Rejects files that don't belong to one of these users, before anything of them is read; none:
    /// accepts all. The owner is that of the inode that would be read: see [`StatsFile::owner`].
    pub fn owners(mut self, uids: impl IntoIterator<Item = u32>) -> Self {
        self.owners = Owners::new(uids);
        self
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, is too large, or is not a stats file, and
    /// [`ReadError::OtherOwner`] if it belongs to another user. One whose fields break off is not an
    /// error: see [`StatsFile::problem`].
    pub fn read(&self, path: impl AsRef<Path>) -> Result<StatsFile, ReadError> {
        let path = path.as_ref();
        let file = self.owners.open(path, self.max_size)?;
        StatsFile::from_open_file(path, file, self.keep_open, None)
    }

    /// Reads a file if it fits into what is left of `budget`, and takes it from the budget.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`read`](Self::read), and
    /// [`ReadError::OverBudget`] if the file doesn't fit.
    pub fn read_within(
        &self,
        path: impl AsRef<Path>,
        budget: &mut ReadBudget,
    ) -> Result<StatsFile, ReadError> {
        let path = path.as_ref();
        let file = self.owners.open(path, self.max_size)?;
        StatsFile::from_open_file(path, file, self.keep_open, Some(budget))
    }
}
