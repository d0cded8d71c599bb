//! What the processors did.

use crate::Roots;
use crate::text::{lines, number, read, words};
use crate::units::percent;

/// Counts of the kernel since boot, from `/proc/stat`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KernelStat {
    /// The line `cpu`: all processors together. Absent if it is missing or has less than four numbers.
    pub cpu: Option<CpuTimes>,
    /// Interrupts: the first number of `intr`. Absent if that is.
    pub interrupts: Option<u64>,
    /// Context switches: `ctxt`. Absent if that is.
    pub context_switches: Option<u64>,
    /// Processors that are online: lines `cpuN`. Absent if there are none.
    pub processors: Option<u32>,
}

impl KernelStat {
    /// The counts now. All is absent if the file can't be read.
    pub fn read(roots: &Roots) -> Self {
        let text = read(&roots.proc("stat")).unwrap_or_default();
        let mut stat = Self::default();
        for line in lines(&text) {
            let mut words = words(line);
            match words.next() {
                Some(b"cpu") => stat.cpu = CpuTimes::parse(words),
                Some(b"intr") => stat.interrupts = words.next().and_then(number),
                Some(b"ctxt") => stat.context_switches = words.next().and_then(number),
                Some(word) if word.strip_prefix(b"cpu").and_then(number).is_some() => {
                    *stat.processors.get_or_insert(0) += 1;
                }
                _ => {}
            }
        }
        stat
    }
}

/// Time of processors since boot, in clock ticks. Time of guests is within `user` and `nice`; the columns
/// that count it again aren't read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuTimes {
    /// In programs.
    pub user: u64,
    /// In programs of low priority.
    pub nice: u64,
    /// In the kernel.
    pub system: u64,
    /// Doing nothing.
    pub idle: u64,
    /// Doing nothing while a task waits for a disk. The kernel may let it fall. Since Linux 2.5.41.
    pub iowait: Option<u64>,
    /// In interrupts. Since Linux 2.6.0.
    pub irq: Option<u64>,
    /// In deferred work of interrupts. Since Linux 2.6.0.
    pub softirq: Option<u64>,
    /// While the hypervisor ran something else. Since Linux 2.6.11.
    pub steal: Option<u64>,
}

/// What processors did between two samples, in percent of all their time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CpuShares {
    /// Share of [`CpuTimes::user`].
    pub user: f64,
    /// Share of [`CpuTimes::nice`].
    pub nice: f64,
    /// Share of [`CpuTimes::system`].
    pub system: f64,
    /// Share of [`CpuTimes::idle`].
    pub idle: f64,
    /// Share of [`CpuTimes::iowait`]. Absent where that fell.
    pub iowait: Option<f64>,
    /// Share of [`CpuTimes::irq`].
    pub irq: Option<f64>,
    /// Share of [`CpuTimes::softirq`].
    pub softirq: Option<f64>,
    /// Share of [`CpuTimes::steal`].
    pub steal: Option<f64>,
}

const IOWAIT: usize = 4;

impl CpuTimes {
    fn parse<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut next = || words.next().and_then(number);
        Some(Self {
            user: next()?,
            nice: next()?,
            system: next()?,
            idle: next()?,
            iowait: next(),
            irq: next(),
            softirq: next(),
            steal: next(),
        })
    }

    fn columns(&self) -> [Option<u64>; 8] {
        let Self { user, nice, system, idle, iowait, irq, softirq, steal } = *self;
        [Some(user), Some(nice), Some(system), Some(idle), iowait, irq, softirq, steal]
    }

    /// The shares of what passed between two samples. `None` if nothing did, or if a column but `iowait`
    /// fell: then the sum is wrong, and so is each share of it.
    pub fn shares(before: &Self, after: &Self) -> Option<CpuShares> {
        let mut increases = [None; 8];
        for (index, (before, after)) in
            before.columns().into_iter().zip(after.columns()).enumerate()
        {
            let (Some(before), Some(after)) = (before, after) else { continue };
            increases[index] = after.checked_sub(before);
            if increases[index].is_none() && index != IOWAIT {
                return None;
            }
        }
        let sum: f64 = increases.iter().flatten().map(|&ticks| ticks as f64).sum();
        let share = |index: usize| percent(increases[index]? as f64, sum);
        Some(CpuShares {
            user: share(0)?,
            nice: share(1)?,
            system: share(2)?,
            idle: share(3)?,
            iowait: share(IOWAIT),
            irq: share(5),
            softirq: share(6),
            steal: share(7),
        })
    }
}

impl CpuShares {
    /// 100 − `idle`: so waiting for disks counts as used.
    pub fn usage(&self) -> f64 {
        100.0 - self.idle
    }
}
