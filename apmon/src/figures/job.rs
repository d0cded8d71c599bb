//! What the processes of a job do.

use std::path::PathBuf;
use std::time::Instant;

use mmstats_proc::Roots;
use mmstats_proc::host::Memory;
use mmstats_proc::process::{JobCgroup, Stat, Table, Totals, Tree, cpu_usage_between};
use mmstats_proc::units::{bytes_as_kib, bytes_as_mib, percent, ticks_as_seconds};

use super::disk::{Disk, Found, Wanted};
use super::list::{List, Writer};
use crate::config::{Group, Options};

/// Samples a job: [`begin`](Self::begin), then [`sample`](Self::sample). What needs two samples is missing
/// in the first list.
#[derive(Debug)]
pub(crate) struct JobFigures {
    tree: Tree,
    disk: Option<Disk>,
    before: Option<Totals>,
}

impl JobFigures {
    /// Of a job's tree, and of the directory where it works.
    pub(crate) fn new(tree: Tree, work_dir: Option<PathBuf>) -> Self {
        Self { tree, disk: work_dir.map(Disk::new), before: None }
    }

    /// Whether the root had ended by the last sample. Not before the first one.
    pub(crate) fn is_gone(&self) -> bool {
        self.before.is_some() && self.tree.root().is_none_or(Stat::has_ended)
    }

    /// Starts to ask for the figures of the disk, which may take long; not if all are switched off.
    pub(crate) fn begin(&mut self, options: &Options) {
        let wants = |figure: &&str| options.switches.is_on(Group::Job, figure);
        let space = ["disk_total", "disk_used", "disk_free", "disk_usage"].iter().any(wants);
        if let Some(disk) = &mut self.disk {
            disk.begin(Wanted { space, size: wants(&"workdir_size") });
        }
    }

    /// Adds the figures now. Those of the disk are waited for until the deadline, and absent beyond it:
    /// what is found later is never reported.
    pub(crate) fn sample(
        &mut self,
        roots: &Roots,
        table: &Table,
        options: &Options,
        disk_deadline: Instant,
        list: &mut List,
    ) {
        let totals = self.update(roots, table);
        self.add(totals, roots, options, list);
        if let Some(disk) = &mut self.disk {
            push_disk(&disk.wait(disk_deadline), options, list);
        }
    }

    /// The sums over the processes now.
    pub(super) fn update(&mut self, roots: &Roots, table: &Table) -> Totals {
        self.tree.update(roots, table);
        Totals::read(roots, &self.tree, table)
    }

    /// Adds the figures of the processes.
    pub(super) fn add(
        &mut self,
        totals: Totals,
        roots: &Roots,
        options: &Options,
        list: &mut List,
    ) {
        let mut job = list.of(Group::Job, options);
        push_totals(&mut job, roots, &totals);
        if options.extras {
            let instant =
                self.before.as_ref().and_then(|before| cpu_usage_between(before, &totals));
            job.number("instant_cpu_usage", instant);
            if ["cgroup_memory", "cgroup_memory_limit", "cgroup_oom_kills"]
                .iter()
                .any(|it| job.wants(it))
            {
                push_cgroup(&mut job, JobCgroup::read(roots, &self.tree));
            }
        }
        self.before = Some(totals);
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
    // Those of processes that live: without any, they aren't known rather than 0.
    let is_alive = totals.processes > 0;
    job.number("page_faults_min", is_alive.then_some(totals.minor_faults as f64));
    job.number("page_faults_maj", is_alive.then_some(totals.major_faults as f64));
    if job.wants_extra("processes") {
        job.add("processes", Some(totals.processes as f64));
    }
    if job.wants_extra("threads") {
        job.add("threads", Some(totals.threads as f64));
    }
}

fn push_cgroup(job: &mut Writer<'_>, cgroup: JobCgroup) {
    let JobCgroup { memory, memory_limit, oom_kills } = cgroup;
    job.number("cgroup_memory", memory.map(bytes_as_kib));
    job.number("cgroup_memory_limit", memory_limit.map(bytes_as_kib));
    job.number("cgroup_oom_kills", oom_kills.map(|kills| kills as f64));
}

/// Adds the figures of the disk.
pub(super) fn push_disk(found: &Found, options: &Options, list: &mut List) {
    let mut job = list.of(Group::Job, options);
    job.number("workdir_size", found.size.map(bytes_as_mib));
    if let Some(space) = &found.space {
        job.number("disk_total", Some(bytes_as_mib(space.total)));
        job.number("disk_used", Some(bytes_as_mib(space.used)));
        job.number("disk_free", Some(bytes_as_mib(space.free)));
        job.number("disk_usage", space.usage().map(f64::from));
    }
}

#[cfg(test)]
mod tests {
    use mmstats_testing::TIMEOUT;
    use mmstats_testing::kernel_files::Fixture;

    use super::*;

    fn sample(job: &mut JobFigures, files: &Fixture) -> List {
        let (roots, mut list) = (files.roots(), List::default());
        let table = Table::read(&roots).unwrap();
        let deadline = Instant::now() + TIMEOUT;
        job.sample(&roots, &table, &Options::default(), deadline, &mut list);
        list
    }

    #[test]
    fn a_job_is_gone_when_its_root_ended() {
        let files = Fixture::new("host");
        let job = || JobFigures::new(Tree::of(&files.roots(), 4242).unwrap(), None);
        let (mut waited_for, mut not_waited_for) = (job(), job());
        assert!(!waited_for.is_gone(), "before the first sample nothing is known");
        sample(&mut waited_for, &files);
        sample(&mut not_waited_for, &files);
        assert!(!waited_for.is_gone() && waited_for.tree.root().is_some());
        files.replace("proc/4242/stat", ") S 1 ", ") Z 1 ");
        sample(&mut not_waited_for, &files);
        assert!(not_waited_for.is_gone());
        files.remove("proc/4242");
        let last = sample(&mut waited_for, &files);
        assert!(waited_for.is_gone() && !last.parameters().is_empty(), "its children are there");
    }

    #[test]
    fn the_root_of_a_job_below_may_be_set_later() {
        let files = Fixture::new("host");
        let roots = files.roots();
        let mut job = JobFigures::new(Tree::below(&roots, 4242).unwrap(), None);
        assert!(job.tree.set_root(&roots, 4243));
        sample(&mut job, &files);
        assert!(!job.is_gone());
        files.remove("proc/4243");
        sample(&mut job, &files);
        assert!(job.is_gone());
    }

    #[test]
    fn nobody_asks_for_the_disk_if_it_is_switched_off() {
        let files = Fixture::new("host");
        let tree = Tree::of(&files.roots(), 4242).unwrap();
        let directory = files.path("");
        let mut job = JobFigures::new(tree, Some(directory));
        let mut options = Options::default();
        let figures = ["disk_total", "disk_used", "disk_free", "disk_usage", "workdir_size"];
        for figure in figures {
            options.set(&format!("job_{figure}"), "off").unwrap();
        }
        job.begin(&options);
        assert!(!job.disk.as_ref().unwrap().is_asked());
        for figure in figures {
            let mut options = options.clone();
            options.set(&format!("job_{figure}"), "on").unwrap();
            job.begin(&options);
            assert!(job.disk.as_ref().unwrap().is_asked(), "{figure}");
            sample(&mut job, &files);
        }
    }
}
