//! The process that wrote a file, identified by more than its id.

use crate::file::own_identity;
use crate::format::Identity;

/// Distinguishes a process from every other one: process ids are reused, and every container has a
/// process 1.
///
/// A part that the file doesn't have is 0. Files of the original have only the process id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcessKey {
    /// The process id, in the process's own namespace.
    pub pid: u32,
    /// The inode of the process's pid namespace.
    pub pid_namespace: u64,
    /// When the process started, in clock ticks since boot.
    pub start_time: u64,
    /// The boot id of the machine on which it runs.
    pub boot_id: [u8; 16],
}

impl ProcessKey {
    /// This process, as [`StatsFile::process`](crate::StatsFile::process) gives it for the files that it
    /// writes: a reader that also writes tells its own files by it.
    ///
    /// ```
    /// # use mmstats::{Options, ProcessKey, StatsFile};
    /// # let directory = tempfile::tempdir()?;
    /// let stats = Options::dynamic("Jobs").path(directory.path()).create()?;
    /// let file = StatsFile::read(stats.path().unwrap())?;
    /// assert_eq!(file.process(), Some(ProcessKey::current()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn current() -> Self {
        Self::of_identity(&own_identity(""))
    }

    pub(super) const fn of_identity(identity: &Identity) -> Self {
        let Identity { pid, pid_namespace, start_time, boot_id, .. } = *identity;
        Self { pid, pid_namespace, start_time, boot_id }
    }

    pub(super) const fn of_pid(pid: u32) -> Self {
        Self { pid, pid_namespace: 0, start_time: 0, boot_id: [0; 16] }
    }
}
