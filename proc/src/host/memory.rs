//! Memory and swap.

use crate::Roots;
use crate::text::{read, value_of};
use crate::units::percent;

/// Memory and swap, in KiB, from `/proc/meminfo`. Each is absent if its line is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// `MemTotal`: what the kernel can use.
    pub total: Option<u64>,
    /// `MemFree`: what nothing uses.
    pub free: Option<u64>,
    /// `MemAvailable`: what programs can get without swapping, as the kernel estimates. Since Linux 3.14.
    pub available: Option<u64>,
    /// `Buffers`: cached blocks of disks.
    pub buffers: Option<u64>,
    /// `Cached`: cached files, and memory of tmpfs.
    pub cached: Option<u64>,
    /// `SwapTotal`; 0 without swap.
    pub swap_total: Option<u64>,
    /// `SwapFree`; 0 without swap.
    pub swap_free: Option<u64>,
}

impl Memory {
    /// The state now. All is absent if the file can't be read.
    pub fn read(roots: &Roots) -> Self {
        let text = read(&roots.proc("meminfo")).unwrap_or_default();
        let value = |key| value_of(&text, key);
        Self {
            total: value("MemTotal:"),
            free: value("MemFree:"),
            available: value("MemAvailable:"),
            buffers: value("Buffers:"),
            cached: value("Cached:"),
            swap_total: value("SwapTotal:"),
            swap_free: value("SwapFree:"),
        }
    }

    /// Free memory and what the kernel caches, in KiB: `free` + `buffers` + `cached`. Absent if one is.
    pub fn free_or_cached(&self) -> Option<u64> {
        self.free?.checked_add(self.buffers?)?.checked_add(self.cached?)
    }

    /// The rest, in KiB: `total` − [`free_or_cached`](Self::free_or_cached). Absent if one is, or if it
    /// would be negative, as where a container's total comes with the host's other figures.
    pub fn used(&self) -> Option<u64> {
        self.total?.checked_sub(self.free_or_cached()?)
    }

    /// `used` of `total`, in percent. Absent if one is.
    pub fn usage(&self) -> Option<f64> {
        percent(self.used()? as f64, self.total? as f64)
    }

    /// Swap in use, in KiB: `swap_total` − `swap_free`. Absent if one is; 0 without swap.
    pub fn swap_used(&self) -> Option<u64> {
        self.swap_total?.checked_sub(self.swap_free?)
    }

    /// `swap_used` of `swap_total`, in percent. Absent if one is, and without swap.
    pub fn swap_usage(&self) -> Option<f64> {
        percent(self.swap_used()? as f64, self.swap_total? as f64)
    }
}
