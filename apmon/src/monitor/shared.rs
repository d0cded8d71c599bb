//! What the program asks of the thread that sends figures.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mmstats_proc::Roots;
use mmstats_proc::host::full_name;

use crate::config::Monitoring;
use crate::figures::{JobFigures, List};
use crate::send::Sender;

/// The cluster of hosts in the originals.
const CLUSTER: &str = "ApMon_SysMon";

/// The state that the thread and the program share. Its lock is held for a few instructions only.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) sender: Arc<Sender>,
    pub(super) roots: Roots,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    on: On,
    /// Where figures of the host are sent, if the program said so.
    host: Option<Names>,
    requests: Vec<Request>,
    /// How many requests there were, and how many of them are done.
    asked: u64,
    done: u64,
    ends: bool,
    has_ended: bool,
}

/// What the program wants to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct On {
    pub(super) host: bool,
    pub(super) jobs: bool,
}

/// Cluster and node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) cluster: String,
    pub(super) node: String,
}

/// What the thread is asked for.
#[derive(Debug)]
pub(super) enum Request {
    /// Figures of a job from now on.
    Add(u64, Box<JobEntry>),
    /// Final figures of a job, with these parameters.
    Finish(u64, List),
    /// All figures now.
    Everything,
}

/// A job.
#[derive(Debug)]
pub(super) struct JobEntry {
    pub(super) names: Names,
    pub(super) figures: JobFigures,
    /// Whether it ends with its root process.
    pub(super) ends_with_root: bool,
    /// Its root process has ended, and its final figures were sent. It stays until the program finishes it,
    /// perhaps with figures of its own.
    pub(super) has_ended: bool,
}

/// On what the next wait depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Of the host and of jobs: on only if program and options want it.
    pub(super) host: Monitoring,
    pub(super) jobs: Monitoring,
}

impl Shared {
    pub(super) fn new(sender: Arc<Sender>, roots: Roots, on: On, host: Option<Names>) -> Self {
        let state = State { on, host, ..State::default() };
        Self { sender, roots, state: Mutex::new(state) }
    }

    /// The same in a forked child, in which nothing is asked for. Nobody would ever release the lock if
    /// another thread held it at the fork; then the host has the names that it has at first.
    pub(super) fn in_child(&self) -> Self {
        let on = On { host: false, jobs: true };
        let host = self.state.try_lock().ok().and_then(|state| state.host.clone());
        Self::new(Arc::clone(&self.sender), self.roots.clone(), on, host)
    }

    /// Asks for something. Returns the request's number.
    pub(super) fn ask(&self, request: Request) -> u64 {
        let asked = {
            let mut state = self.lock();
            state.requests.push(request);
            state.asked += 1;
            state.asked
        };
        self.sender.notify();
        asked
    }

    /// Waits until that request is done, for as long as it may take.
    pub(super) fn wait_until_done(&self, request: u64, deadline: Instant) {
        self.sender.wait(Some(deadline), || {
            let state = self.lock();
            state.done >= request || state.has_ended
        });
    }

    /// Changes what is sent.
    pub(super) fn set_on(&self, on: On) {
        self.lock().on = on;
        self.sender.notify();
    }

    pub(super) fn set_host(&self, host: Names) {
        self.lock().host = Some(host);
    }

    /// The cluster and node of the host's figures. Unless the program gave them, the host's name is looked
    /// up each time: it may change.
    pub(super) fn host(&self) -> Names {
        let given = self.lock().host.clone();
        given.unwrap_or_else(|| {
            let node = full_name(&self.roots).unwrap_or_default();
            Names { cluster: CLUSTER.to_owned(), node }
        })
    }

    /// What is to be sent now.
    pub(super) fn plan(&self) -> Plan {
        let on = self.lock().on;
        let (host, jobs) = self.sender.monitoring();
        Plan {
            host: Monitoring { enabled: host.enabled && on.host, ..host },
            jobs: Monitoring { enabled: jobs.enabled && on.jobs, ..jobs },
        }
    }

    /// Waits until there is a request, another plan, the end, or `deadline`.
    pub(super) fn wait_for_work(&self, deadline: Option<Instant>, plan: Plan) {
        self.sender.wait(deadline, || {
            let has_work = {
                let state = self.lock();
                !state.requests.is_empty() || state.ends
            };
            has_work || self.plan() != plan
        });
    }

    /// The requests so far, in order.
    pub(super) fn take_requests(&self) -> Vec<Request> {
        mem::take(&mut self.lock().requests)
    }

    /// Another request is done.
    pub(super) fn done(&self) {
        self.lock().done += 1;
        self.sender.notify();
    }

    /// Makes the thread end, and waits for that until `deadline`.
    pub(super) fn end(&self, deadline: Instant) {
        self.lock().ends = true;
        self.sender.notify();
        self.sender.wait(Some(deadline), || self.lock().has_ended);
    }

    /// Whether the thread has to end.
    pub(super) fn ends(&self) -> bool {
        self.lock().ends
    }

    /// The thread has ended.
    pub(super) fn set_ended(&self) {
        self.lock().has_ended = true;
        self.sender.notify();
    }

    /// Nobody panics while it is locked.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
