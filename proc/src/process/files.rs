//! Open files of a process.

use std::fs;

use crate::Roots;

/// How many descriptors a process has open: the entries of `/proc/PID/fd`. `None` if it is gone or may not
/// be read, as those of other users.
pub(super) fn open_files(roots: &Roots, pid: u32) -> Option<u64> {
    let mut count = 0;
    for entry in fs::read_dir(roots.of_process(pid, "fd")).ok()? {
        entry.ok()?;
        count += 1;
    }
    Some(count)
}
