//! All processes, in one pass over `/proc`.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

use super::stat::Stat;
use crate::Roots;
use crate::host::uptime;
use crate::text::number;

/// The processes that this process can see, read one by one by rising pid. One that ends meanwhile isn't
/// in it; one that starts meanwhile may not be.
#[derive(Debug, Clone)]
pub struct Table {
    taken: Instant,
    since_boot: Option<Duration>,
    /// By pid.
    processes: Vec<Stat>,
    /// Parent and index of each process, sorted.
    by_parent: Vec<(u32, usize)>,
}

impl Table {
    /// Reads `/proc/PID/stat` of every process.
    ///
    /// # Errors
    ///
    /// Returns an error if `/proc` can't be listed.
    pub fn read(roots: &Roots) -> io::Result<Self> {
        let taken = Instant::now();
        let since_boot = since_boot(roots);
        let mut pids = Vec::new();
        for entry in fs::read_dir(roots.proc(""))? {
            let name = entry?.file_name();
            let pid = number(name.as_encoded_bytes()).and_then(|pid| u32::try_from(pid).ok());
            pids.extend(pid);
        }
        pids.sort_unstable();
        pids.dedup();
        let processes = pids.iter().filter_map(|&pid| Stat::read(roots, pid)).collect();
        Ok(Self::new(taken, since_boot, processes))
    }

    /// A table of processes that are sorted by pid.
    pub(super) fn new(taken: Instant, since_boot: Option<Duration>, processes: Vec<Stat>) -> Self {
        let mut by_parent: Vec<_> =
            processes.iter().enumerate().map(|(index, it)| (it.parent, index)).collect();
        by_parent.sort_unstable();
        Self { taken, since_boot, processes, by_parent }
    }

    /// When the pass began.
    pub fn taken(&self) -> Instant {
        self.taken
    }

    /// The time from boot to the beginning of the pass, suspension included: the clock by which
    /// [`Stat::start_time`] counts. `CLOCK_BOOTTIME` of the running machine, which no container replaces;
    /// for other roots `/proc/uptime`. `None` if that can't be read.
    pub fn since_boot(&self) -> Option<Duration> {
        self.since_boot
    }

    /// All processes, by pid.
    pub fn processes(&self) -> &[Stat] {
        &self.processes
    }

    /// A process by its pid.
    pub fn get(&self, pid: u32) -> Option<&Stat> {
        let index = self.processes.binary_search_by_key(&pid, |it| it.pid).ok()?;
        Some(&self.processes[index])
    }

    /// The processes with this parent, by pid.
    pub fn children(&self, parent: u32) -> impl Iterator<Item = &Stat> {
        let first = self.by_parent.partition_point(|&(it, _)| it < parent);
        let of_parent = self.by_parent[first..].iter().take_while(move |&&(it, _)| it == parent);
        of_parent.map(|&(_, index)| &self.processes[index])
    }
}

fn since_boot(roots: &Roots) -> Option<Duration> {
    if roots.is_machine() {
        clock_gettime(ClockId::CLOCK_BOOTTIME).ok().map(Duration::from)
    } else {
        uptime(roots)
    }
}
