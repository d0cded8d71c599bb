//! The thread that sends figures.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mmstats_proc::process::Table;

use super::schedule::Schedule;
use super::shared::{JobEntry, Names, Plan, Request, Shared};
use crate::config::{Group, Monitoring};
use crate::figures::{HostFigures, List, general};
use crate::send::{SendError, To};

/// How long the figures of a work directory are waited for. It is looked through for 2 s.
const DISK_TIMEOUT: Duration = Duration::from_millis(2_500);
/// The same for final figures.
const LAST_DISK_TIMEOUT: Duration = Duration::from_millis(250);

/// Runs until the sender is dropped.
pub(super) fn run(shared: &Shared) {
    let mut worker = Worker::new(shared);
    loop {
        let plan = shared.plan();
        let now = Instant::now();
        worker.schedule(now, plan);
        shared.wait_for_work(worker.next(), plan);
        for request in shared.take_requests() {
            worker.serve(request);
            shared.done();
        }
        if shared.ends() {
            break;
        }
        worker.send_due(Instant::now());
    }
    if shared.plan().jobs.enabled {
        worker.send_jobs(LAST_DISK_TIMEOUT);
    }
    shared.set_ended();
}

struct Worker<'a> {
    shared: &'a Shared,
    host: HostFigures,
    /// How often figures of the host were sent: every second time with the general ones.
    host_packets: u64,
    jobs: BTreeMap<u64, Box<JobEntry>>,
    host_schedule: Option<Schedule>,
    job_schedule: Option<Schedule>,
    list: List,
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared) -> Self {
        Self {
            shared,
            host: HostFigures::default(),
            host_packets: 0,
            jobs: BTreeMap::new(),
            host_schedule: None,
            job_schedule: None,
            list: List::default(),
        }
    }

    /// Follows the plan.
    fn schedule(&mut self, now: Instant, plan: Plan) {
        let has_job = self.jobs.values().any(|job| !job.has_ended);
        let jobs = Monitoring { enabled: plan.jobs.enabled && has_job, ..plan.jobs };
        follow(&mut self.host_schedule, now, plan.host);
        follow(&mut self.job_schedule, now, jobs);
    }

    /// When something is due.
    fn next(&self) -> Option<Instant> {
        let schedules = [&self.host_schedule, &self.job_schedule];
        schedules.into_iter().flatten().map(Schedule::due).min()
    }

    fn send_due(&mut self, now: Instant) {
        let is_due = |schedule: &mut Option<Schedule>| {
            schedule.as_mut().is_some_and(|schedule| schedule.take(now))
        };
        if is_due(&mut self.host_schedule) {
            self.send_host(self.host_packets.is_multiple_of(2));
        }
        if is_due(&mut self.job_schedule) {
            self.send_jobs(DISK_TIMEOUT);
        }
    }

    fn serve(&mut self, request: Request) {
        match request {
            Request::Add(number, job) => drop(self.jobs.insert(number, job)),
            Request::Finish(number, given) => self.finish(number, &given),
            Request::Everything => {
                self.send_host(true);
                self.send_jobs(DISK_TIMEOUT);
            }
        }
    }

    fn send_host(&mut self, with_general: bool) {
        let Shared { sender, roots, .. } = self.shared;
        let options = sender.options();
        let wants_processes = options.switches.is_on(Group::Host, "processes");
        let table = if wants_processes { table(self.shared) } else { None };
        self.list.clear();
        self.host.sample(roots, table.as_ref(), &options, &mut self.list);
        if with_general && options.general_info {
            general(roots, &options, &mut self.list);
        }
        self.host_packets += 1;
        send(self.shared, &self.shared.host(), &self.list);
    }

    /// Sends figures of all jobs; of those whose root has ended, for the last time.
    fn send_jobs(&mut self, disk_timeout: Duration) {
        let mut jobs: Vec<_> = self.jobs.values_mut().filter(|job| !job.has_ended).collect();
        if jobs.is_empty() {
            return;
        }
        let options = self.shared.sender.options();
        let disk_deadline = Instant::now() + disk_timeout;
        // Their disks are asked at the same time.
        for job in &mut jobs {
            job.figures.begin(&options);
        }
        let Some(table) = table(self.shared) else { return };
        for job in jobs {
            self.list.clear();
            let roots = &self.shared.roots;
            job.figures.sample(roots, &table, &options, disk_deadline, &mut self.list);
            send(self.shared, &job.names, &self.list);
            job.has_ended = job.ends_with_root && job.figures.is_gone();
        }
    }

    /// Sends final figures of a job, unless they were sent or are turned off, and those that the program
    /// gives.
    fn finish(&mut self, number: u64, given: &List) {
        let Some(mut job) = self.jobs.remove(&number) else { return };
        self.list.clear();
        if !job.has_ended && self.shared.plan().jobs.enabled {
            let options = self.shared.sender.options();
            let disk_deadline = Instant::now() + LAST_DISK_TIMEOUT;
            job.figures.begin(&options);
            if let Some(table) = table(self.shared) {
                let roots = &self.shared.roots;
                job.figures.sample(roots, &table, &options, disk_deadline, &mut self.list);
            }
        }
        given.parameters().iter().for_each(|parameter| self.list.set(parameter));
        send(self.shared, &job.names, &self.list);
    }
}

/// All processes now.
fn table(shared: &Shared) -> Option<Table> {
    let Shared { sender, roots, .. } = shared;
    let unreadable = |error| sender.report_figures(|| format!("can't list processes: {error}"));
    Table::read(roots).map_err(unreadable).ok()
}

fn follow(
    schedule: &mut Option<Schedule>,
    now: Instant,
    Monitoring { enabled, interval }: Monitoring,
) {
    match schedule {
        _ if !enabled => *schedule = None,
        Some(schedule) => schedule.set_interval(now, interval),
        None => *schedule = Some(Schedule::random(now, interval)),
    }
}

fn send(shared: &Shared, names: &Names, list: &List) {
    let to = To::Once(&names.cluster, &names.node);
    match shared.sender.send(to, None, &list.parameters()) {
        // Each figure may be turned off, or was sent before. Without a destination nothing is sent at all.
        Ok(_) | Err(SendError::NothingToSend | SendError::NoDestination) => {}
        Err(error) => {
            let Names { cluster, node } = names;
            shared.sender.report_figures(|| format!("figures of {cluster} {node}: {error}"));
        }
    }
}
