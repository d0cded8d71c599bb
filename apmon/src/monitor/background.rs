//! The monitor of one process. A forked child has one of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mmstats_proc::Roots;

use super::shared::{JobEntry, Names, On, Request, Shared};
use super::worker;
use crate::figures::List;
use crate::per_process::PerProcess;
use crate::send::Sender;

/// How long figures that are asked for may take: a directory is looked through for 2 s.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Starts the thread that sends figures, once there is anything to send.
#[derive(Debug)]
pub(crate) struct Background {
    generation: u32,
    shared: Arc<Shared>,
    is_running: AtomicBool,
    jobs: AtomicU64,
}

impl Background {
    /// Of a sender. `on` is what is sent: figures of the host, and of jobs.
    pub(crate) fn start(sender: Arc<Sender>, roots: Roots, on: (bool, bool)) -> Self {
        let on = On { host: on.0, jobs: on.1 };
        let background = Self::new(Shared::new(sender, roots, on, None));
        if on.host {
            background.run();
        }
        background
    }

    fn new(shared: Shared) -> Self {
        Self {
            generation: mmstats::fork_generation(),
            shared: Arc::new(shared),
            is_running: AtomicBool::new(false),
            jobs: AtomicU64::new(0),
        }
    }

    /// Turns all figures on or off.
    pub(crate) fn monitor(&self, on: bool) {
        self.shared.set_on(On { host: on, jobs: on });
        if on {
            self.run();
        }
    }

    /// Sends all figures, and waits for that.
    pub(crate) fn everything(&self) {
        self.ask_and_wait(Request::Everything, TIMEOUT);
    }

    pub(crate) fn set_host(&self, cluster: &str, node: &str) {
        self.shared.set_host(Names { cluster: cluster.to_owned(), node: node.to_owned() });
    }

    /// Sends figures of a job from now on. Returns its number.
    pub(super) fn add(&self, job: JobEntry) -> u64 {
        let number = self.jobs.fetch_add(1, Ordering::Relaxed);
        self.ask(Request::Add(number, Box::new(job)));
        number
    }

    /// Sends final figures of a job.
    pub(super) fn finish(&self, job: u64) {
        self.ask(Request::Finish(job, List::default()));
    }

    /// Sends final figures of a job with these, and waits for that.
    pub(super) fn finish_with(&self, job: u64, figures: List, timeout: Duration) {
        self.ask_and_wait(Request::Finish(job, figures), timeout);
    }

    /// Where the kernel's files are.
    pub(super) fn roots(&self) -> &Roots {
        &self.shared.roots
    }

    /// Whether this is the process that made it.
    pub(super) fn is_own(&self) -> bool {
        self.generation == mmstats::fork_generation()
    }

    /// Sends final figures of all jobs, and ends, at `deadline` at the latest.
    pub(crate) fn stop(&self, deadline: Instant) {
        if self.is_running.load(Ordering::Acquire) {
            self.shared.end(deadline);
        }
    }

    fn ask_and_wait(&self, request: Request, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        let number = self.ask(request);
        if self.is_running.load(Ordering::Acquire) {
            self.shared.wait_until_done(number, deadline);
        }
    }

    fn ask(&self, request: Request) -> u64 {
        let number = self.shared.ask(request);
        self.run();
        number
    }

    /// Starts the thread if it isn't running. A failure is reported, and the next call tries again.
    fn run(&self) {
        if self.is_running.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("apmon-figures".to_owned());
        if let Err(error) = thread.spawn(move || worker::run(&shared)) {
            self.is_running.store(false, Ordering::Release);
            self.shared.sender.report_figures(|| format!("no figures are sent: {error}"));
        }
    }
}

impl PerProcess for Background {
    fn generation(&self) -> u32 {
        self.generation
    }

    fn in_child(&self) -> Self {
        Self::new(self.shared.in_child())
    }
}
