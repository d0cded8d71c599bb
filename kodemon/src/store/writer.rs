//! The way into a store: a bounded queue, and a thread that empties it.
//!
//! ```text
//!  push, by the receiver --> Queue, bounded --> thread: waits a little, takes all --> Store::write
//!          '--> what doesn't fit is counted               '--> what is stored is told
//! ```

use std::io;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use super::{Execution, Store, Written};
use crate::figures::{Figures, Stored};

/// So long a message waits for others at most.
const OLDEST: Duration = Duration::from_millis(100);
/// So many don't wait for more.
const ENOUGH: usize = 10_000;
/// After an error the store is left alone for so long, and twice as long each time after that.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often what is old is looked for.
const TENDING: Duration = Duration::from_mins(1);
/// Where there was more of it, so long comes what has arrived meanwhile.
const BETWEEN: Duration = Duration::from_millis(10);
/// At the end so long is tried to store what waits.
const FAREWELL: Duration = Duration::from_secs(5);

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

/// What is told when executions are stored.
pub type OnStored = Box<dyn FnMut(&[Execution]) + Send>;
/// What is told when a store can't be written, or refuses something.
pub type OnError = Box<dyn FnMut(&str) + Send>;

/// A store's queue and its thread.
pub struct Writer {
    queue: Arc<Queue>,
    thread: JoinHandle<()>,
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
        figures: Arc<Figures<Stored>>,
        on_stored: OnStored,
        on_error: OnError,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue {
            waiting: Mutex::default(),
            arrived: Condvar::new(),
            capacity,
            figures,
        });
        let (of_thread, name) = (Arc::clone(&queue), format!("{}-writer", store.name()));
        let writing = Writing { queue: of_thread, store, on_stored, on_error, lost: 0 };
        let thread = thread::Builder::new().name(name).spawn(|| writing.run())?;
        Ok(Self { queue, thread })
    }

    /// Puts executions into the queue, as far as there is room; what doesn't fit is counted.
    pub fn push(&self, executions: &[Execution]) {
        self.queue.push(executions);
    }

    /// Stores what waits, and ends. What can't be stored in some seconds is counted as failed.
    pub fn end(&self) {
        self.queue.lock().ending.get_or_insert_with(|| Instant::now() + FAREWELL);
        self.queue.arrived.notify_one();
    }

    /// The same, and awaits that it has ended.
    pub fn finish(self) {
        self.end();
        // A writer that panicked has said so.
        let _ = self.thread.join();
    }
}

struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    capacity: Capacity,
    figures: Arc<Figures<Stored>>,
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
    /// Until when to go on trying, once it is to end.
    ending: Option<Instant>,
}

impl Queue {
    fn push(&self, executions: &[Execution]) {
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
        let dropped = executions.len() - (all - before);
        self.figures.with(|figures| {
            figures.waiting.set((all + waiting.taken) as u64);
            figures.dropped.add(dropped as u64);
        });
        drop(waiting);
        if before == 0 || (before < ENOUGH && all >= ENOUGH) {
            self.arrived.notify_one();
        }
    }

    /// What waits, once the first has waited long enough or there are enough; `None`: nothing until
    /// then. Into an empty vector, so that two take turns.
    fn take(&self, into: &mut Vec<Execution>, gives_up: Instant) -> Taken {
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
    fn settle(&self, stored: usize, failed: usize) {
        let mut waiting = self.lock();
        waiting.taken -= stored + failed;
        self.figures.with(|figures| {
            figures.stored.add(stored as u64);
            figures.failed.add(failed as u64);
            figures.waiting.set((waiting.executions.len() + waiting.taken) as u64);
        });
    }

    /// Waits, or until it is to end.
    fn pause(&self, pause: Duration) {
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

    fn is_ending(&self) -> bool {
        self.lock().ending.is_some()
    }

    /// Whether it is too late to store anything.
    fn is_over(&self) -> bool {
        self.lock().ending.is_some_and(|ending| ending <= Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Some,
    None,
    End,
}

struct Writing {
    queue: Arc<Queue>,
    store: Arc<dyn Store>,
    on_stored: OnStored,
    on_error: OnError,
    /// Those that couldn't be stored before the end.
    lost: usize,
}

impl Writing {
    fn run(mut self) {
        let mut executions = Vec::new();
        let mut tending = Instant::now();
        loop {
            match self.queue.take(&mut executions, tending) {
                Taken::Some => self.store_all(&executions),
                Taken::None => {}
                Taken::End => break,
            }
            executions.clear();
            if tending <= Instant::now() && !self.queue.is_ending() {
                let pause = if self.tend() { BETWEEN } else { TENDING };
                tending = Instant::now() + pause;
            }
        }
        if self.lost > 0 {
            (self.on_error)(&format!("{} messages are lost: it had to end", self.lost));
        }
    }

    /// Stores them, some at a time, so that no try takes long, and in the end none is too many.
    fn store_all(&mut self, executions: &[Execution]) {
        for some in executions.chunks(ENOUGH) {
            let stored = self.store(some);
            self.queue.settle(stored, some.len() - stored);
            if stored > 0 {
                (self.on_stored)(some);
            }
        }
    }

    /// Stores them, as often as it has to be tried; how many are stored in the end.
    fn store(&mut self, executions: &[Execution]) -> usize {
        let (mut stored, mut pause) = (0, PAUSE);
        while !self.queue.is_over() {
            let began = Instant::now();
            match self.store.write(executions) {
                Ok(Written { stored, refused }) => {
                    self.queue.figures.with(|figures| {
                        figures.write.record(began.elapsed());
                        figures.writable.set(true);
                    });
                    if let Some(reason) = refused {
                        let refused = executions.len() - stored;
                        (self.on_error)(&format!("{refused} messages refused: {reason}"));
                    }
                    return stored;
                }
                Err(error) => {
                    self.queue.figures.with(|figures| {
                        figures.errors.incr();
                        figures.writable.set(false);
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

    /// Drops a part of what is old; whether there is more.
    fn tend(&mut self) -> bool {
        let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0.0, |since| since.as_secs_f64());
        self.store.tend(now).unwrap_or_else(|error| {
            (self.on_error)(&format!("can't drop what is old: {error}"));
            false
        })
    }
}
