//! The messages that wait for a store, up to a limit.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::execution::Execution;
use crate::telemetry::{StoreStats, Telemetry};

/// Maximum time that a message waits for others.
const MAX_DELAY: Duration = Duration::from_millis(100);
/// A batch of this size doesn't wait any longer.
pub const BATCH: usize = 10_000;
/// How long storing may go on after a shutdown signal: the server ends within two seconds, whatever
/// happens.
const GRACE_PERIOD: Duration = Duration::from_secs(1);

/// How much may be queued for a store.
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

/// The messages that wait for a store.
pub struct Buffer {
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
    /// Number of messages that were taken and are being stored.
    taken: usize,
    /// When the first of them arrived.
    since: Option<Instant>,
    /// Since when there have been messages, but none was stored or given up.
    idle: Option<Instant>,
    /// Deadline for storing them, once the queue is closed.
    deadline: Option<Instant>,
}

impl Buffer {
    /// Creates an empty buffer.
    pub fn new(capacity: Capacity, telemetry: Arc<Telemetry<StoreStats>>) -> Self {
        Self { waiting: Mutex::default(), arrived: Condvar::new(), capacity, telemetry }
    }

    /// Adds executions as far as they fit; counts the rest as dropped.
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
        if before == 0 || (before < BATCH && all >= BATCH) {
            self.arrived.notify_one();
        }
    }

    /// Takes all messages, once the first has waited long enough or a batch is full; returns
    /// [`Taken::None`] if that isn't so until `deadline`. `into` must be empty: the two vectors are
    /// swapped.
    pub fn take(&self, into: &mut Vec<Execution>, deadline: Instant) -> Taken {
        let mut waiting = self.lock();
        loop {
            let now = Instant::now();
            let ready = waiting.since.map(|since| since + MAX_DELAY);
            let is_full = waiting.executions.len() >= BATCH || waiting.deadline.is_some();
            if !waiting.executions.is_empty() && (is_full || ready.is_some_and(|at| at <= now)) {
                mem::swap(&mut waiting.executions, into);
                waiting.extra = 0;
                waiting.taken = into.len();
                waiting.since = None;
                waiting.idle = Some(now);
                return Taken::Some;
            }
            if waiting.deadline.is_some() {
                return Taken::Closed;
            }
            let until = ready.unwrap_or(deadline).saturating_duration_since(now);
            if until.is_zero() {
                return Taken::None;
            }
            let woken = self.arrived.wait_timeout(waiting, until);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Counts messages that were taken as stored or failed.
    pub fn finish(&self, stored: usize, failed: usize) {
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

    /// How long messages have been queued without any being stored or given up.
    pub fn stuck_for(&self) -> Duration {
        self.lock().idle.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Accepts nothing more. What can't be stored within the grace period is given up.
    pub fn close(&self) {
        self.lock().deadline.get_or_insert_with(|| Instant::now() + GRACE_PERIOD);
        self.arrived.notify_one();
    }

    /// Waits for `pause`, but not beyond the grace period.
    pub fn pause(&self, pause: Duration) {
        let end = Instant::now() + pause;
        let mut waiting = self.lock();
        loop {
            let until = waiting.deadline.map_or(end, |deadline| deadline.min(end));
            let until = until.saturating_duration_since(Instant::now());
            if until.is_zero() {
                return;
            }
            let woken = self.arrived.wait_timeout(waiting, until);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Number of messages that wait or are being stored.
    pub fn waiting(&self) -> usize {
        let waiting = self.lock();
        waiting.executions.len() + waiting.taken
    }

    /// Whether the queue is closed.
    pub fn is_closed(&self) -> bool {
        self.lock().deadline.is_some()
    }

    /// Whether the grace period is over.
    pub fn is_expired(&self) -> bool {
        self.lock().deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The result of [`Buffer::take`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Some executions.
    Some,
    /// Nothing until the deadline.
    None,
    /// The queue is closed and empty.
    Closed,
}
