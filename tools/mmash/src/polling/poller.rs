//! Polls the files once an interval.

use std::io;
use std::mem;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::{Changes, Update, Watch};

use super::snapshot::Snapshot;

/// No poll begins while a snapshot older than the latest, and larger than this many bytes, is
/// still in use: no more than two of them are in memory.
const LARGE: u64 = 64 << 20;

/// Reads the files at some locations again and again.
#[derive(Debug)]
pub struct Poller {
    watch: Watch,
    changes: Changes,
    latest: Arc<Snapshot>,
    /// The one before the latest, as long as a response is made of it.
    previous: Weak<Snapshot>,
    /// How many bytes its files take in memory.
    previous_bytes: u64,
}

/// What a poll found.
#[derive(Debug)]
pub struct Poll<'a> {
    /// The files.
    pub snapshot: Arc<Snapshot>,
    /// What became of them since the last poll.
    pub update: Update<'a>,
    /// What they have counted since then.
    pub changes: &'a Changes,
}

impl Poller {
    /// A poller that hasn't polled yet.
    pub fn new(watch: Watch) -> Self {
        Self {
            watch,
            changes: Changes::new(),
            latest: Arc::default(),
            previous: Weak::new(),
            previous_bytes: 0,
        }
    }

    /// Polls now, and from then on once an interval in a thread of its own. `on_poll` takes each
    /// poll.
    ///
    /// # Errors
    ///
    /// Returns an error if the thread can't be started.
    pub fn start(
        mut self,
        interval: Duration,
        mut on_poll: impl FnMut(Poll<'_>) + Send + 'static,
    ) -> io::Result<()> {
        self.poll().into_iter().for_each(&mut on_poll);
        let run = move || {
            let mut due = Instant::now() + interval;
            loop {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                self.poll().into_iter().for_each(&mut on_poll);
                // Polls that were missed aren't made up for.
                due = (due + interval).max(Instant::now());
            }
        };
        thread::Builder::new().name("poller".into()).spawn(run).map(drop)
    }

    /// Reads all files once; `None` while a large old snapshot is in use.
    fn poll(&mut self) -> Option<Poll<'_>> {
        if self.previous_bytes > LARGE && self.previous.strong_count() > 0 {
            return None;
        }
        // What was the latest so far.
        self.previous_bytes = self.watch.bytes();
        let taken = Instant::now();
        let update = self.watch.poll();
        let mut snapshot = Snapshot::of(&update, taken);
        snapshot.histograms = self.latest.histograms.next();
        let snapshot = Arc::new(snapshot);
        let previous = mem::replace(&mut self.latest, Arc::clone(&snapshot));
        self.previous = Arc::downgrade(&previous);
        self.changes.advance(&update);
        Some(Poll { snapshot, update, changes: &self.changes })
    }
}
