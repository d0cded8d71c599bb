//! What counts since boot, and the rates between two samples of it.

use std::time::Instant;

use super::cpu::{CpuShares, CpuTimes, KernelStat};
use super::disk_io::{Paging, PagingRates};
use super::network::{Interface, NetworkRates, interfaces};
use super::pressure::{Pressure, PressureShares};
use crate::Roots;
use crate::rate::per_second;

/// A sample of what counts since boot.
#[derive(Debug, Clone)]
pub struct Counters {
    /// When it was taken.
    pub taken: Instant,
    /// From `/proc/stat`.
    pub kernel: KernelStat,
    /// From `/proc/vmstat`.
    pub paging: Paging,
    /// From `/proc/net/dev`; see [`interfaces`]. Absent if that can't be read.
    pub interfaces: Option<Vec<Interface>>,
    /// From `/proc/pressure`.
    pub pressure: Pressure,
}

impl Counters {
    /// The counts now. What can't be read is absent.
    pub fn read(roots: &Roots) -> Self {
        Self {
            taken: Instant::now(),
            kernel: KernelStat::read(roots),
            paging: Paging::read(roots),
            interfaces: interfaces(roots),
            pressure: Pressure::read(roots),
        }
    }
}

/// What happened between two samples. Each is absent if it can't be read in both, or if its counter fell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rates {
    /// What the processors did, in percent of their time.
    pub cpu: Option<CpuShares>,
    /// Interrupts a second.
    pub interrupts: Option<f64>,
    /// Context switches a second.
    pub context_switches: Option<f64>,
    /// Disks and swap.
    pub paging: PagingRates,
    /// Traffic.
    pub network: NetworkRates,
    /// How long tasks were held up, in percent of the time.
    pub pressure: PressureShares,
}

/// The rates between two samples, of which `before` was taken first. All is absent if no time passed.
pub fn rates(before: &Counters, after: &Counters) -> Rates {
    let elapsed = after.taken.saturating_duration_since(before.taken);
    if elapsed.is_zero() {
        return Rates::default();
    }
    let (kernel_before, kernel) = (&before.kernel, &after.kernel);
    let network = |before: &Vec<Interface>| {
        Some(NetworkRates::between(before, after.interfaces.as_ref()?, elapsed))
    };
    Rates {
        cpu: kernel_before.cpu.zip(kernel.cpu).and_then(|(b, a)| CpuTimes::shares(&b, &a)),
        interrupts: per_second(kernel_before.interrupts, kernel.interrupts, elapsed),
        context_switches: per_second(
            kernel_before.context_switches,
            kernel.context_switches,
            elapsed,
        ),
        paging: Paging::rates(&before.paging, &after.paging, elapsed),
        network: before.interfaces.as_ref().and_then(network).unwrap_or_default(),
        pressure: Pressure::shares(&before.pressure, &after.pressure, elapsed),
    }
}
