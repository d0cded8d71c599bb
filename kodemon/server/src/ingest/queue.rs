//! A store's queue, and the thread that empties it.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::buffer::{Buffer, Capacity};
use super::worker::{OnError, OnStored, Worker, lost};
use crate::clock_check::ClockCheck;
use crate::execution::Execution;
use crate::store::backend::Store;
use crate::telemetry::{StoreStats, Telemetry};

/// How often `finish` checks whether the thread has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// Logged when a store takes too long to close: all data is safe, but not all is in the database.
const UNFINISHED: &str = "shutdown timed out before the store was complete; no data is lost";

/// A store's queue and its thread.
pub struct IngestQueue {
    buffer: Arc<Buffer>,
    thread: JoinHandle<bool>,
    on_error: OnError,
}

impl IngestQueue {
    /// Starts to write into a store.
    ///
    /// # Errors
    ///
    /// Returns an error if a thread can't be created.
    pub fn start(
        store: Arc<dyn Store>,
        capacity: Capacity,
        telemetry: Arc<Telemetry<StoreStats>>,
        clock: Arc<ClockCheck>,
        on_stored: OnStored,
        on_error: OnError,
    ) -> io::Result<Self> {
        let buffer = Arc::new(Buffer::new(capacity, Arc::clone(&telemetry)));
        let name = format!("{}-writer", store.name());
        let worker = Worker::new(
            Arc::clone(&buffer),
            store,
            telemetry,
            clock,
            on_stored,
            Arc::clone(&on_error),
        );
        let thread = thread::Builder::new().name(name).spawn(|| worker.run())?;
        Ok(Self { buffer, thread, on_error })
    }

    /// Adds executions as far as they fit; counts the rest as dropped.
    pub fn push(&self, executions: &[Execution]) {
        self.buffer.push(executions);
    }

    /// A handle that tells whether messages get stored.
    pub fn progress(&self) -> Progress {
        Progress(Arc::clone(&self.buffer))
    }

    /// Accepts nothing more and stores what is queued. What can't be stored within the grace period
    /// counts as failed.
    pub fn close(&self) {
        self.buffer.close();
    }

    /// Closes the queue and waits for its thread, at most until `deadline`. Returns whether the
    /// store was closed without an error or still hangs with messages queued, which is logged.
    pub fn finish(self, deadline: Instant) -> bool {
        self.close();
        while !self.thread.is_finished() {
            if Instant::now() >= deadline {
                let waiting = self.buffer.waiting();
                let message = if waiting > 0 { lost(waiting) } else { UNFINISHED.to_owned() };
                (self.on_error)(&message);
                return waiting > 0;
            }
            thread::sleep(POLL_INTERVAL);
        }
        // A panic has been reported by its thread.
        self.thread.join().unwrap_or(false)
    }
}

/// Tells whether messages get stored.
#[derive(Clone)]
pub struct Progress(Arc<Buffer>);

impl Progress {
    /// How long messages have been queued without any being stored or given up.
    pub fn stuck_for(&self) -> Duration {
        self.0.stuck_for()
    }
}
