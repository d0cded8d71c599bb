//! What waits for a store: bounded, and counted.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::store::Execution;
use crate::telemetry::{StoreStats, Telemetry};

/// So long a message waits for others at most.
const OLDEST: Duration = Duration::from_millis(100);
/// So many don't wait for more.
pub const ENOUGH: usize = 10_000;
/// How long the end tries to store what waits: a server ends within two seconds, whatever happens.
const FAREWELL: Duration = Duration::from_secs(1);

/// How much may wait for a store.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Messages.
    pub messages: usize,
    /// Bytes of further fields.
    pub extra: usize,
}

impl Default for Capacity {
    fn default() -> Self {
        Self { messages: 500_000, extra: 64 << 20 }
    }
}

/// What waits.
pub struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    capacity: Capacity,
    telemetry: Arc<Telemetry<StoreStats>>,
}

#[derive(Default)]
struct Waiting {
    executions: Vec<Execution>,
    /// Bytes of further fields.
    extra: usize,
    /// How many more were taken and are being stored.
    taken: usize,
    /// When the first of them came.
    since: Option<Instant>,
    /// Since when there has been something to do and nothing was done.
    idle: Option<Instant>,
    /// Until when to go on trying, once it is to end.
    ending: Option<Instant>,
}

impl Queue {
    /// An empty one.
    pub fn new(capacity: Capacity, telemetry: Arc<Telemetry<StoreStats>>) -> Self {
        Self { waiting: Mutex::default(), arrived: Condvar::new(), capacity, telemetry }
    }

    /// Puts executions into it, as far as there is room; what doesn't fit is counted.
    pub fn push(&self, executions: &[Execution]) {
        let mut waiting = self.lock();
        let before = waiting.executions.len();
        for execution in executions {
            let extra = execution.extra.as_ref().map_or(0, |extra| extra.len());
            let full = waiting.executions.len() >= self.capacity.messages
                || waiting.extra + extra > self.capacity.extra;
            if full {
                break;
            }
            waiting.extra += extra;
            waiting.executions.push(execution.clone());
        }
        let all = waiting.executions.len();
        waiting.since.get_or_insert_with(Instant::now);
        waiting.idle.get_or_insert_with(Instant::now);
        let dropped = executions.len() - (all - before);
        self.telemetry.with(|telemetry| {
            telemetry.waiting.set((all + waiting.taken) as u64);
            telemetry.dropped.add(dropped as u64);
        });
        drop(waiting);
        if before == 0 || (before < ENOUGH && all >= ENOUGH) {
            self.arrived.notify_one();
        }
    }

    /// What waits, once the first has waited long enough or there are enough; `None`: nothing until
    /// then. Into an empty vector, so that two take turns.
    pub fn take(&self, into: &mut Vec<Execution>, gives_up: Instant) -> Taken {
        let mut waiting = self.lock();
        loop {
            let now = Instant::now();
            let ready = waiting.since.map(|since| since + OLDEST);
            let is_enough = waiting.executions.len() >= ENOUGH || waiting.ending.is_some();
            if !waiting.executions.is_empty() && (is_enough || ready.is_some_and(|at| at <= now)) {
                mem::swap(&mut waiting.executions, into);
                waiting.extra = 0;
                waiting.taken = into.len();
                waiting.since = None;
                waiting.idle = Some(now);
                return Taken::Some;
            }
            if waiting.ending.is_some() {
                return Taken::End;
            }
            let until = ready.unwrap_or(gives_up).saturating_duration_since(now);
            if until.is_zero() {
                return Taken::None;
            }
            let woken = self.arrived.wait_timeout(waiting, until);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Counts what became of some that were taken.
    pub fn settle(&self, stored: usize, failed: usize) {
        let mut waiting = self.lock();
        waiting.taken -= stored + failed;
        let more = waiting.taken > 0 || !waiting.executions.is_empty();
        waiting.idle = more.then(Instant::now);
        self.telemetry.with(|telemetry| {
            telemetry.stored.add(stored as u64);
            telemetry.failed.add(failed as u64);
            telemetry.waiting.set((waiting.executions.len() + waiting.taken) as u64);
        });
    }

    /// How long there has been something to store without anything being stored or given up.
    pub fn stuck_for(&self) -> Duration {
        self.lock().idle.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Nothing comes any more. What can't be stored in some seconds is given up.
    pub fn end(&self) {
        self.lock().ending.get_or_insert_with(|| Instant::now() + FAREWELL);
        self.arrived.notify_one();
    }

    /// Waits, or until it is to end.
    pub fn pause(&self, pause: Duration) {
        let gives_up = Instant::now() + pause;
        let mut waiting = self.lock();
        loop {
            let until = waiting.ending.map_or(gives_up, |ending| ending.min(gives_up));
            let until = until.saturating_duration_since(Instant::now());
            if until.is_zero() {
                return;
            }
            let woken = self.arrived.wait_timeout(waiting, until);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many wait, and are being stored.
    pub fn waiting(&self) -> usize {
        let waiting = self.lock();
        waiting.executions.len() + waiting.taken
    }

    /// Whether nothing comes any more.
    pub fn is_ending(&self) -> bool {
        self.lock().ending.is_some()
    }

    /// Whether it is too late to store anything.
    pub fn is_over(&self) -> bool {
        self.lock().ending.is_some_and(|ending| ending <= Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there was to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Some executions.
    Some,
    /// Nothing until then.
    None,
    /// Nothing, and there will be no more.
    End,
}
