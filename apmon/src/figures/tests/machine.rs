//! A machine of files, whose clock the tests set.

use std::mem;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use mmstats_proc::host::{Counters, InterfaceAddresses};
use mmstats_proc::process::{Table, Tree};
use mmstats_testing::kernel_files::Fixture;

use crate::config::Options;
use crate::figures::general::general_with;
use crate::figures::{HostFigures, JobFigures, List};

/// Files, and what is asked of them.
pub(super) struct Machine {
    pub(super) files: Fixture,
    pub(super) options: Options,
    host: HostFigures,
    now: Instant,
}

impl Machine {
    pub(super) fn new(files: Fixture) -> Self {
        let (options, host) = (Options::default(), HostFigures::default());
        Self { files, options, host, now: Instant::now() }
    }

    /// Of a tree.
    pub(super) fn of(name: &str) -> Self {
        Self::new(Fixture::new(name))
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    pub(super) fn table(&self) -> Table {
        Table::read(&self.files.roots()).unwrap()
    }

    /// What counts since boot, now.
    pub(super) fn counters(&self) -> Counters {
        Counters { taken: self.now, ..Counters::read(&self.files.roots()) }
    }

    /// A sample of the host.
    pub(super) fn host(&mut self) -> List {
        let mut figures = mem::take(&mut self.host);
        let list = self.host_with(&mut figures, self.counters());
        self.host = figures;
        list
    }

    /// A sample of the host with counters that were read before.
    pub(super) fn host_with(&self, figures: &mut HostFigures, counters: Counters) -> List {
        let (roots, table, mut list) = (self.files.roots(), self.table(), List::default());
        figures.add(counters, &roots, Some(&table), &self.options, &mut list);
        list
    }

    /// The same, 10 s after one from which `change` happens to the files.
    pub(super) fn host_after(&mut self, change: impl FnOnce(&Fixture)) -> List {
        self.host();
        change(&self.files);
        self.wait(10);
        self.host()
    }

    /// Adds the general figures.
    pub(super) fn general(&self, list: &mut List) {
        general_with(&self.files.roots(), addresses, &self.options, list);
    }

    pub(super) fn job(&self, root: u32) -> JobFigures {
        JobFigures::new(Tree::of(&self.files.roots(), root).unwrap(), None)
    }

    /// A sample of a job, from the files as they are.
    pub(super) fn sample(&self, job: &mut JobFigures) -> List {
        self.sample_with(job, &self.table())
    }

    /// A sample of a job, from a table that was read before.
    pub(super) fn sample_with(&self, job: &mut JobFigures, table: &Table) -> List {
        let (roots, mut list) = (self.files.roots(), List::default());
        let mut totals = job.update(&roots, table);
        totals.taken = self.now;
        job.add(totals, &roots, &self.options, &mut list);
        list
    }
}

/// Those of the interfaces of the tree `host`: the kernel isn't asked about a tree's.
fn addresses() -> Vec<InterfaceAddresses> {
    let ipv6 = |last| Some(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last));
    let ipv4 = Some(Ipv4Addr::new(192, 0, 2, 17));
    vec![
        InterfaceAddresses { interface: "enp3s0f0".to_owned(), ipv4, ipv6: ipv6(0x17) },
        InterfaceAddresses { interface: "wlan0".to_owned(), ipv4: None, ipv6: ipv6(0x18) },
    ]
}
