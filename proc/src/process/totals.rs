//! Sums over the processes of a job.

use std::time::{Duration, Instant};

use super::files::open_files;
use super::table::Table;
use super::tree::Tree;
use crate::Roots;
use crate::text::{read, value_of};
use crate::units::{percent, ticks_as_duration, ticks_as_seconds};

/// Sums over a job's processes at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// When the table was read that they are from.
    pub taken: Instant,
    /// The time since the root process started. Absent if the clock can't be read, and when the root is
    /// gone.
    pub run_time: Option<Duration>,
    /// User and system time of all processes, those that ended included, in clock ticks; see
    /// [`Tree::cpu_time`].
    pub cpu_time: u64,
    /// Resident memory, in KiB: `VmRSS` of `/proc/PID/status`. Pages that processes share count once for
    /// each. Absent if no process's file can be read.
    pub rss: Option<u64>,
    /// Address space, in KiB: `VmSize`. Absent likewise.
    pub virtual_memory: Option<u64>,
    /// Page faults without input and output, of the processes that live.
    pub minor_faults: u64,
    /// Page faults that waited for a disk, of the processes that live.
    pub major_faults: u64,
    /// Processes, also those that ended and weren't waited for.
    pub processes: u64,
    /// Threads.
    pub threads: u64,
    /// Open descriptors: entries of `/proc/PID/fd`. Processes that may not be read don't count. Absent
    /// if the root's may not be read, or it is gone.
    pub open_files: Option<u64>,
}

impl Totals {
    /// The sums over a tree that was updated from this table.
    pub fn read(roots: &Roots, tree: &Tree, table: &Table) -> Self {
        let mut totals = Self {
            taken: table.taken(),
            run_time: run_time(tree, table),
            cpu_time: tree.cpu_time(),
            rss: None,
            virtual_memory: None,
            minor_faults: 0,
            major_faults: 0,
            processes: 0,
            threads: 0,
            open_files: None,
        };
        let (mut files, mut root_is_readable) = (0, false);
        for process in tree.processes() {
            totals.processes += 1;
            totals.threads = totals.threads.saturating_add(process.threads);
            totals.minor_faults = totals.minor_faults.saturating_add(process.minor_faults);
            totals.major_faults = totals.major_faults.saturating_add(process.major_faults);
            if let Some(status) = read(&roots.of_process(process.pid, "status")) {
                // A process that ended, and one of the kernel, has no such line and no memory.
                add(&mut totals.rss, value_of(&status, "VmRSS:").unwrap_or(0));
                add(&mut totals.virtual_memory, value_of(&status, "VmSize:").unwrap_or(0));
            }
            if let Some(count) = open_files(roots, process.pid) {
                files += count;
                root_is_readable |= tree.root() == Some(process);
            }
        }
        totals.open_files = root_is_readable.then_some(files);
        totals
    }

    /// `cpu_time` of `run_time`, in percent: beyond 100 on several processors. Absent if the latter is,
    /// or 0.
    pub fn cpu_usage(&self) -> Option<f64> {
        percent(ticks_as_seconds(self.cpu_time), self.run_time?.as_secs_f64())
    }
}

/// Processor time used between two samples, in percent of the time between them. `None` if no time passed.
pub fn cpu_usage_between(before: &Totals, after: &Totals) -> Option<f64> {
    let elapsed = after.taken.saturating_duration_since(before.taken);
    let ticks = after.cpu_time.checked_sub(before.cpu_time)?;
    percent(ticks_as_seconds(ticks), elapsed.as_secs_f64())
}

fn run_time(tree: &Tree, table: &Table) -> Option<Duration> {
    let started = ticks_as_duration(tree.root()?.start_time);
    table.since_boot()?.checked_sub(started)
}

fn add(sum: &mut Option<u64>, value: u64) {
    *sum = Some(sum.unwrap_or(0).saturating_add(value));
}
