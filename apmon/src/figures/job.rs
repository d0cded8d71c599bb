//! What the processes of a job do.

use std::path::PathBuf;
use std::time::Duration;

use mmstats_proc::Roots;
use mmstats_proc::disk::{DiskUsage, TreeSizeLimits, tree_size};
use mmstats_proc::host::Memory;
use mmstats_proc::process::{JobCgroup, Table, Totals, Tree, cpu_usage_between};
use mmstats_proc::units::{bytes_as_kib, bytes_as_mib, percent, ticks_as_seconds};

use super::list::{List, Writer};
use crate::config::{Group, Options};

/// How long, and how far, the size of a work directory is looked for.
const SIZE_LIMITS: TreeSizeLimits =
    TreeSizeLimits { time: Duration::from_secs(2), entries: 1_000_000 };

/// Where a job works.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// Its directory, if it has one.
    pub(crate) work_dir: Option<PathBuf>,
}

/// Samples a job.
#[derive(Debug)]
pub(crate) struct JobFigures {
    tree: Tree,
    place: Place,
    before: Option<Totals>,
}

impl JobFigures {
    /// Of a job's tree.
    pub(crate) fn new(tree: Tree, place: Place) -> Self {
        Self { tree, place, before: None }
    }

    /// Adds the figures now.
    pub(crate) fn sample(
        &mut self,
        roots: &Roots,
        table: &Table,
        options: &Options,
        list: &mut List,
    ) {
        self.tree.update(roots, table);
        let totals = Totals::read(roots, &self.tree, table);
        let mut job = list.of(Group::Job, options);
        push_totals(&mut job, roots, &totals);
        if options.extras {
            let instant =
                self.before.as_ref().and_then(|before| cpu_usage_between(before, &totals));
            job.number("instant_cpu_usage", instant);
            let cgroup = JobCgroup::read(roots, &self.tree);
            job.number("cgroup_memory", cgroup.memory.map(bytes_as_kib));
            job.number("cgroup_memory_limit", cgroup.memory_limit.map(bytes_as_kib));
            job.number("cgroup_oom_kills", cgroup.oom_kills.map(|kills| kills as f64));
        }
        self.before = Some(totals);
        self.push_disk(&mut job);
    }

    fn push_disk(&self, job: &mut Writer<'_>) {
        let Some(directory) = &self.place.work_dir else { return };
        if job.wants("workdir_size") {
            let size = tree_size(directory, SIZE_LIMITS).ok();
            job.add("workdir_size", size.map(|size| bytes_as_mib(size.bytes)));
        }
        if let Ok(disk) = DiskUsage::of(directory) {
            job.number("disk_total", Some(bytes_as_mib(disk.total)));
            job.number("disk_used", Some(bytes_as_mib(disk.used)));
            job.number("disk_free", Some(bytes_as_mib(disk.free)));
            job.number("disk_usage", disk.usage().map(f64::from));
        }
    }
}

fn push_totals(job: &mut Writer<'_>, roots: &Roots, totals: &Totals) {
    job.number("run_time", totals.run_time.map(|time| time.as_secs_f64()));
    job.number("cpu_time", Some(ticks_as_seconds(totals.cpu_time)));
    job.number("cpu_usage", totals.cpu_usage());
    job.number("rss", totals.rss.map(|kib| kib as f64));
    job.number("virtualmem", totals.virtual_memory.map(|kib| kib as f64));
    if job.wants("mem_usage") {
        let total = Memory::read(roots).total;
        let usage = totals.rss.zip(total);
        job.add("mem_usage", usage.and_then(|(rss, total)| percent(rss as f64, total as f64)));
    }
    job.number("open_files", totals.open_files.map(|files| files as f64));
    job.number("page_faults_min", Some(totals.minor_faults as f64));
    job.number("page_faults_maj", Some(totals.major_faults as f64));
    if job.wants_extra("processes") {
        job.add("processes", Some(totals.processes as f64));
    }
    if job.wants_extra("threads") {
        job.add("threads", Some(totals.threads as f64));
    }
}
