//! The process that wrote a file, identified by more than its id.

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
    pub(super) const fn of_identity(identity: &Identity) -> Self {
        let Identity { pid, pid_namespace, start_time, boot_id, .. } = *identity;
        Self { pid, pid_namespace, start_time, boot_id }
    }

    pub(super) const fn of_pid(pid: u32) -> Self {
        Self { pid, pid_namespace: 0, start_time: 0, boot_id: [0; 16] }
    }
}
