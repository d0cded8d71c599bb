//! The way into a store: a bounded queue, and a thread that empties it.
//!
//! ```text
//!  push, by the receiver --> Queue, bounded --> thread: waits a little, takes all --> Store::write
//!          '--> what doesn't fit is counted               '--> what is stored is told
//! ```

mod queue;

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mmstats_cli::clock::now;

use super::{Execution, Store, WriteError, Written};
use crate::telemetry::{StoreStats, Telemetry};
use crate::times::{Clock, Times};
pub use queue::Capacity;
use queue::{ENOUGH, Queue, Taken};

/// After an error the store is left alone for so long, and twice as long each time after that.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often what was stored last is put in order, if it is time.
const TIDYING: Duration = Duration::from_secs(1);
/// The store takes too long to end: what it has is safe, but not where it belongs.
const UNFINISHED: &str = "not all is in its place: that takes longer than the end may";
/// How often it is looked whether a writer has ended.
const LOOKING: Duration = Duration::from_millis(5);
/// How often what is old is looked for.
const TENDING: Duration = Duration::from_mins(1);
/// Where there was more of it, so long comes what has arrived meanwhile.
const BETWEEN: Duration = Duration::from_millis(10);

/// What is told when executions are stored.
pub type OnStored = Box<dyn FnMut(&[Execution]) + Send>;
/// What is told when a store can't be written, or refuses something.
pub type OnError = Arc<dyn Fn(&str) + Send + Sync>;

/// A store's queue and its thread.
pub struct Writer {
    queue: Arc<Queue>,
    thread: JoinHandle<bool>,
    on_error: OnError,
}

impl Writer {
    /// Begins to write into a store.
    ///
    /// # Errors
    ///
    /// Where no thread can be made.
    pub fn start(
        store: Arc<dyn Store>,
        capacity: Capacity,
        telemetry: Arc<Telemetry<StoreStats>>,
        times: Arc<Times>,
        on_stored: OnStored,
        on_error: OnError,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(capacity, Arc::clone(&telemetry)));
        let (of_thread, name) = (Arc::clone(&queue), format!("{}-writer", store.name()));
        let writing = Writing {
            queue: of_thread,
            store,
            telemetry,
            times,
            on_stored,
            on_error: Arc::clone(&on_error),
            reported: false,
            lost: 0,
        };
        let thread = thread::Builder::new().name(name).spawn(|| writing.run())?;
        Ok(Self { queue, thread, on_error })
    }

    /// Puts executions into the queue, as far as there is room; what doesn't fit is counted.
    pub fn push(&self, executions: &[Execution]) {
        self.queue.push(executions);
    }

    /// Whether it gets on, for others to ask.
    pub fn progress(&self) -> Progress {
        Progress(Arc::clone(&self.queue))
    }

    /// Stores what waits, and ends. What can't be stored in some seconds is counted as failed.
    pub fn end(&self) {
        self.queue.end();
    }

    /// The same, and waits until it has ended, but not beyond a time; whether the store ended orderly,
    /// or hangs, which is reported.
    pub fn finish(self, until: Instant) -> bool {
        self.end();
        while !self.thread.is_finished() {
            if Instant::now() >= until {
                let waiting = self.queue.waiting();
                let message = if waiting > 0 { lost(waiting) } else { UNFINISHED.to_owned() };
                (self.on_error)(&message);
                return waiting > 0;
            }
            thread::sleep(LOOKING);
        }
        // A writer that panicked has said so.
        self.thread.join().unwrap_or(false)
    }
}

/// Whether a writer gets on.
#[derive(Clone)]
pub struct Progress(Arc<Queue>);

impl Progress {
    /// How long messages have been waiting without any being stored or given up.
    pub fn stuck_for(&self) -> Duration {
        self.0.stuck_for()
    }
}

fn lost(messages: usize) -> String {
    format!("messages lost, as it had to end: {messages}")
}

struct Writing {
    queue: Arc<Queue>,
    store: Arc<dyn Store>,
    telemetry: Arc<Telemetry<StoreStats>>,
    times: Arc<Times>,
    on_stored: OnStored,
    on_error: OnError,
    /// Whether it was reported that the clock isn't believed.
    reported: bool,
    /// Those that couldn't be stored before the end.
    lost: usize,
}

impl Writing {
    /// Stores what comes until it is to end; whether the store ended orderly then.
    fn run(mut self) -> bool {
        let mut executions = Vec::new();
        let (mut tidying, mut tending) = (Instant::now() + TIDYING, Instant::now());
        loop {
            match self.queue.take(&mut executions, tending.min(tidying)) {
                Taken::Some => self.store_all(&executions),
                Taken::None => {}
                Taken::End => break,
            }
            executions.clear();
            if self.queue.is_ending() {
                continue;
            }
            if tidying <= Instant::now() {
                self.tidy();
                tidying = Instant::now() + TIDYING;
            }
            if tending <= Instant::now() {
                let pause = if self.tend() { BETWEEN } else { TENDING };
                tending = Instant::now() + pause;
            }
        }
        if self.lost > 0 {
            (self.on_error)(&lost(self.lost));
        }
        // Each by itself: one that hangs keeps no other from it.
        let closed = self.store.close();
        if let Err(error) = &closed {
            (self.on_error)(&format!("not all is in its place: {error}"));
        }
        closed.is_ok()
    }

    /// Stores them, some at a time, so that no try takes long, and in the end none is too many.
    fn store_all(&mut self, executions: &[Execution]) {
        for some in executions.chunks(ENOUGH) {
            let stored = self.store(some);
            // Who sees it counted finds it everywhere else.
            if stored > 0 {
                (self.on_stored)(some);
            }
            self.queue.settle(stored, some.len() - stored);
        }
    }

    /// Stores them, as often as it has to be tried; how many are stored in the end.
    fn store(&mut self, executions: &[Execution]) -> usize {
        let (mut stored, mut pause) = (0, PAUSE);
        while !self.queue.is_over() {
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
            self.queue.pause(pause);
            pause = LONGEST_PAUSE.min(2 * pause);
        }
        self.lost += executions.len() - stored;
        stored
    }

    fn tidy(&mut self) {
        if let Err(error) = self.store.tidy() {
            (self.on_error)(&format!("can't put in order what is stored: {error}"));
        }
    }

    /// Drops a part of what is old; whether there is more.
    fn tend(&mut self) -> bool {
        let now = now();
        let dropped = match self.times.judge(now, Instant::now()) {
            Clock::Agrees => {
                self.reported = false;
                self.store.tend(now)
            }
            wrong => self.report(wrong, now).map(|()| false),
        };
        dropped.unwrap_or_else(|error| {
            (self.on_error)(&format!("can't drop what is old: {error}"));
            false
        })
    }

    /// Reports once that the clock isn't believed.
    fn report(&mut self, clock: Clock, now: f64) -> Result<(), WriteError> {
        if !self.reported {
            let oldest = self.store.extent()?.map(|extent| extent.oldest);
            if let Some(report) = self.times.report(clock, now, oldest) {
                (self.on_error)(&report);
                self.reported = true;
            }
        }
        Ok(())
    }
}
