//! Input and output of disks and swap.

use std::time::Duration;

use crate::Roots;
use crate::rate::per_second;
use crate::text::{read, value_of};

/// What went to and from disks since boot, from `/proc/vmstat`. Each is absent if its line is, as in
/// kernels without it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paging {
    /// `pgpgin`: KiB read from disks.
    pub blocks_in: Option<u64>,
    /// `pgpgout`: KiB written to disks.
    pub blocks_out: Option<u64>,
    /// `pswpin`: pages read from swap.
    pub swap_in: Option<u64>,
    /// `pswpout`: pages written to swap.
    pub swap_out: Option<u64>,
}

/// What went to and from disks between two samples. Each is absent if its counter fell or is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PagingRates {
    /// KiB/s read from disks.
    pub blocks_in: Option<f64>,
    /// KiB/s written to disks.
    pub blocks_out: Option<f64>,
    /// Pages/s read from swap.
    pub swap_in: Option<f64>,
    /// Pages/s written to swap.
    pub swap_out: Option<f64>,
}

impl Paging {
    /// The counts now. All is absent if the file can't be read.
    pub fn read(roots: &Roots) -> Self {
        let text = read(&roots.proc("vmstat")).unwrap_or_default();
        let value = |key| value_of(&text, key);
        Self {
            blocks_in: value("pgpgin"),
            blocks_out: value("pgpgout"),
            swap_in: value("pswpin"),
            swap_out: value("pswpout"),
        }
    }

    /// The rates between two samples.
    pub fn rates(before: &Self, after: &Self, elapsed: Duration) -> PagingRates {
        PagingRates {
            blocks_in: per_second(before.blocks_in, after.blocks_in, elapsed),
            blocks_out: per_second(before.blocks_out, after.blocks_out, elapsed),
            swap_in: per_second(before.swap_in, after.swap_in, elapsed),
            swap_out: per_second(before.swap_out, after.swap_out, elapsed),
        }
    }
}
