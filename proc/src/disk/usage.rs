//! The space of a file system.

use std::io;
use std::path::Path;

use nix::sys::statvfs::statvfs;

/// The space of a file system in bytes, as `df` has it, by `statvfs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskUsage {
    /// All. 0 for file systems without a size, such as `/proc`.
    pub total: u64,
    /// In use: all − free, what only root may use counted as free.
    pub used: u64,
    /// What users without privileges may still use.
    pub free: u64,
}

impl DiskUsage {
    /// The space of the file system that a path is on. A server of files that doesn't answer blocks.
    ///
    /// # Errors
    ///
    /// Returns an error if the path can't be reached.
    pub fn of(path: &Path) -> io::Result<Self> {
        let found = statvfs(path)?;
        Ok(Self::from_blocks(
            found.fragment_size(),
            found.blocks(),
            found.blocks_free(),
            found.blocks_available(),
        ))
    }

    fn from_blocks(size: u64, blocks: u64, free: u64, available: u64) -> Self {
        Self {
            total: blocks.saturating_mul(size),
            used: blocks.saturating_sub(free).saturating_mul(size),
            free: available.saturating_mul(size),
        }
    }

    /// `used` of `used` + `free`, in whole percent, rounded up. Absent if both are 0.
    pub fn usage(&self) -> Option<u8> {
        let (used, whole) = (u128::from(self.used), u128::from(self.used) + u128::from(self.free));
        let percent = (100 * used).div_ceil(whole.max(1));
        (whole > 0).then_some(percent as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_leaves_out_what_only_root_may_use_and_is_rounded_up() {
        let disk = DiskUsage::from_blocks(4096, 1000, 300, 250);
        assert_eq!(disk, DiskUsage { total: 4_096_000, used: 2_867_200, free: 1_024_000 });
        assert_eq!(disk.usage(), Some(74), "700 of 950 are 73.7 %");
        assert_eq!(DiskUsage::from_blocks(4096, 1000, 999, 999).usage(), Some(1));
        assert_eq!(DiskUsage::from_blocks(4096, 1000, 50, 0).usage(), Some(100));
        assert_eq!(DiskUsage::from_blocks(4096, 1000, 1000, 1000).usage(), Some(0));
        assert_eq!(DiskUsage::from_blocks(0, 0, 0, 0).usage(), None);
        let huge = DiskUsage::from_blocks(u64::MAX, u64::MAX, 1, 2);
        assert_eq!(huge.usage(), Some(50), "saturated");
    }

    #[test]
    fn this_file_system_adds_up() {
        let disk = DiskUsage::of(Path::new(".")).unwrap();
        assert!(disk.used <= disk.total && disk.free <= disk.total && disk.total > 0);
        assert!(DiskUsage::of(Path::new("/nowhere")).is_err());
    }
}
