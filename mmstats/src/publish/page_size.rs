//! The size of a page.

use nix::unistd::{SysconfVar, sysconf};

/// The size of a page of memory in bytes.
pub(super) fn page_size() -> usize {
    let size = sysconf(SysconfVar::PAGE_SIZE).ok().flatten();
    size.and_then(|size| usize::try_from(size).ok()).unwrap_or(4096)
}
