//! Writes what is queued into a store, and maintains the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mmstats_cli::clock::now;

use super::buffer::{BATCH, Buffer, Taken};
use crate::clock_check::{ClockCheck, ClockState};
use crate::execution::Execution;
use crate::store::backend::{Store, WriteError, Written};
use crate::telemetry::{StoreStats, Telemetry};

/// Pause after an error; doubles with each further one.
const PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(5);
/// How often the store is asked to compact.
const COMPACT_INTERVAL: Duration = Duration::from_secs(1);
/// How often the store is asked to expire old executions.
const EXPIRE_INTERVAL: Duration = Duration::from_mins(1);
/// The same while there are more: time to store what has arrived meanwhile.
const EXPIRE_PAUSE: Duration = Duration::from_millis(10);

/// Called with executions that were stored.
pub type OnStored = Box<dyn FnMut(&[Execution]) + Send>;
/// Called with the message of an error.
pub type OnError = Arc<dyn Fn(&str) + Send + Sync>;

/// The message about messages that couldn't be stored before the end.
pub fn lost(messages: usize) -> String {
    format!("shutdown timed out: {messages} messages lost")
}

/// The thread of a store.
pub struct Worker {
    buffer: Arc<Buffer>,
    store: Arc<dyn Store>,
    telemetry: Arc<Telemetry<StoreStats>>,
    clock: Arc<ClockCheck>,
    on_stored: OnStored,
    on_error: OnError,
    /// Whether it was reported that the clock isn't trusted.
    reported: bool,
    /// Messages that couldn't be stored before the end.
    lost: usize,
}

impl Worker {
    /// Writes from this buffer into this store.
    pub fn new(
        buffer: Arc<Buffer>,
        store: Arc<dyn Store>,
        telemetry: Arc<Telemetry<StoreStats>>,
        clock: Arc<ClockCheck>,
        on_stored: OnStored,
        on_error: OnError,
    ) -> Self {
        Self { buffer, store, telemetry, clock, on_stored, on_error, reported: false, lost: 0 }
    }

    /// Runs until the queue is closed. Returns whether the store was closed without an error.
    pub fn run(mut self) -> bool {
        let mut executions = Vec::new();
        let (mut compact_at, mut expire_at) = (Instant::now() + COMPACT_INTERVAL, Instant::now());
        loop {
            match self.buffer.take(&mut executions, expire_at.min(compact_at)) {
                Taken::Some => self.store_all(&executions),
                Taken::None => {}
                Taken::Closed => break,
            }
            executions.clear();
            if self.buffer.is_closed() {
                continue;
            }
            if compact_at <= Instant::now() {
                self.compact();
                compact_at = Instant::now() + COMPACT_INTERVAL;
            }
            if expire_at <= Instant::now() {
                let pause = if self.expire() { EXPIRE_PAUSE } else { EXPIRE_INTERVAL };
                expire_at = Instant::now() + pause;
            }
        }
        if self.lost > 0 {
            (self.on_error)(&lost(self.lost));
        }
        let closed = self.store.close();
        if let Err(error) = &closed {
            (self.on_error)(&format!("can't close the store: {error}"));
        }
        closed.is_ok()
    }

    /// Stores them in batches, so that no attempt takes long, at shutdown either.
    fn store_all(&mut self, executions: &[Execution]) {
        for some in executions.chunks(BATCH) {
            let stored = self.store(some);
            // Before it is counted: what is counted can be found everywhere.
            if stored > 0 {
                (self.on_stored)(some);
            }
            self.buffer.finish(stored, some.len() - stored);
        }
    }

    /// Stores them, trying again after errors. Returns how many were stored.
    fn store(&mut self, executions: &[Execution]) -> usize {
        let (mut stored, mut pause) = (0, PAUSE);
        while !self.buffer.is_expired() {
            let began = Instant::now();
            match self.store.write(executions) {
                Ok(Written { stored, refused }) => {
                    self.telemetry.with(|telemetry| {
                        telemetry.write.record(began.elapsed());
                        telemetry.writable.set(true);
                    });
                    if let Some(reason) = refused {
                        let refused = executions.len() - stored;
                        let all = executions.len();
                        (self.on_error)(&format!("can't store {refused} of {all}: {reason}"));
                    }
                    return stored;
                }
                Err(error) => {
                    self.telemetry.with(|telemetry| {
                        telemetry.errors.incr();
                        telemetry.writable.set(false);
                    });
                    (self.on_error)(&format!("can't store: {error}"));
                    stored = error.stored;
                }
            }
            self.buffer.pause(pause);
            pause = MAX_PAUSE.min(2 * pause);
        }
        self.lost += executions.len() - stored;
        stored
    }

    fn compact(&mut self) {
        if let Err(error) = self.store.compact() {
            (self.on_error)(&format!("can't compact: {error}"));
        }
    }

    /// Deletes a part of the old executions. Returns whether there are more.
    fn expire(&mut self) -> bool {
        let now = now();
        let expired = match self.clock.judge(now, Instant::now()) {
            ClockState::Trusted => {
                self.reported = false;
                self.store.expire(now)
            }
            wrong => self.report(wrong, now).map(|()| false),
        };
        expired.unwrap_or_else(|error| {
            (self.on_error)(&format!("can't delete old executions: {error}"));
            false
        })
    }

    /// Reports once that the clock isn't trusted.
    fn report(&mut self, state: ClockState, now: f64) -> Result<(), WriteError> {
        if !self.reported {
            let oldest = self.store.extent()?.map(|extent| extent.oldest);
            if let Some(report) = self.clock.report(state, now, oldest) {
                (self.on_error)(&report);
                self.reported = true;
            }
        }
        Ok(())
    }
}
