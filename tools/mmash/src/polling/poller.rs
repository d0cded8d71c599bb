//! Polls the files once an interval.
//!
//! A snapshot is only made when there is a request. Until then nobody but the watch, and what compares
//! its polls, has a copy of each file.

use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::{Changes, Update, Watch};
use mmstats_totals::totals::Totals;

use super::histograms::ProcessHistograms;
use super::snapshot::{Snapshot, time_of, total};

/// No poll begins while a snapshot older than the latest, and larger than this many bytes, is
/// still in use: no more than two of them are in memory.
const LARGE: u64 = 64 << 20;

/// Reads the files at some locations again and again.
#[derive(Debug)]
pub struct Poller {
    /// Locked before `latest`.
    files: Mutex<Files>,
    latest: Mutex<Latest>,
}

/// The files, locked while they are polled.
#[derive(Debug)]
struct Files {
    watch: Watch,
    changes: Changes,
    /// The snapshot of the poll before the last, as long as a response is made of it.
    previous: Weak<Snapshot>,
    /// How many bytes the files of that poll took in memory.
    previous_bytes: u64,
}

/// What is known of the last poll.
#[derive(Debug)]
struct Latest {
    /// Made at the first request.
    snapshot: Option<Arc<Snapshot>>,
    /// The histograms that it begins with.
    histograms: ProcessHistograms,
    /// When the poll began.
    taken: Instant,
    /// Whether there was a request for it.
    is_wanted: bool,
}

/// What a poll found.
#[derive(Debug)]
pub struct Poll<'a> {
    /// What became of the files since the last poll.
    pub update: Update<'a>,
    /// What they have counted since then.
    pub changes: &'a Changes,
    /// When it began.
    pub taken: Instant,
    latest: &'a Mutex<Latest>,
}

impl Poller {
    /// A poller that hasn't polled yet.
    pub fn new(watch: Watch) -> Self {
        let (previous, previous_bytes) = (Weak::new(), 0);
        Self {
            files: Mutex::new(Files { watch, changes: Changes::new(), previous, previous_bytes }),
            latest: Mutex::new(Latest {
                snapshot: None,
                histograms: ProcessHistograms::default(),
                taken: Instant::now(),
                is_wanted: false,
            }),
        }
    }

    /// Polls now, and from then on once an interval in a thread of its own. `on_poll` takes each
    /// poll.
    ///
    /// # Errors
    ///
    /// Returns an error if the thread can't be started.
    pub fn start(
        self: Arc<Self>,
        interval: Duration,
        mut on_poll: impl FnMut(Poll<'_>) + Send + 'static,
    ) -> io::Result<()> {
        self.poll(&mut on_poll);
        let run = move || {
            let mut due = Instant::now() + interval;
            loop {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                self.poll(&mut on_poll);
                // Polls that were missed aren't made up for.
                due = (due + interval).max(Instant::now());
            }
        };
        thread::Builder::new().name("poller".into()).spawn(run).map(drop)
    }

    /// Reads all files once, unless a large old snapshot is in use.
    fn poll(&self, on_poll: impl FnOnce(Poll<'_>)) {
        let mut files = lock(&self.files);
        let Files { watch, changes, previous, previous_bytes } = &mut *files;
        if *previous_bytes > LARGE && previous.strong_count() > 0 {
            return;
        }
        // What was the latest so far.
        *previous_bytes = watch.bytes();
        let (is_wanted, unwanted) = lock(&self.latest).begin_poll();
        let mut histograms = unwanted.as_ref().map(|snapshot| snapshot.histograms.next());
        if let Some(unwanted) = unwanted {
            *previous = Arc::downgrade(&unwanted);
        }
        let taken = Instant::now();
        let update = watch.poll();
        let snapshot = is_wanted.then(|| Snapshot::of(&update, taken));
        let mut latest = lock(&self.latest);
        let replaced = latest.snapshot.take();
        if let Some(replaced) = &replaced {
            histograms = Some(replaced.histograms.next());
            *previous = Arc::downgrade(replaced);
        }
        (latest.taken, latest.histograms) = (taken, histograms.unwrap_or_default());
        latest.snapshot = snapshot.map(|snapshot| latest.with_histograms(snapshot));
        drop(latest);
        drop(replaced);
        changes.advance(&update);
        on_poll(Poll { update, changes, taken, latest: &self.latest });
    }

    /// The files at the last poll. If there was no request for some time, this waits for a poll that
    /// isn't finished.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        let mut latest = lock(&self.latest);
        latest.is_wanted = true;
        if let Some(snapshot) = &latest.snapshot {
            return Arc::clone(snapshot);
        }
        drop(latest);
        let files = lock(&self.files);
        lock(&self.latest).snapshot_of(&files.watch.latest())
    }

    /// When the last poll began.
    pub fn taken(&self) -> Instant {
        lock(&self.latest).taken
    }
}

impl Latest {
    /// Whether there was a request since the last poll. If not, the snapshot is returned, so that
    /// its memory is free: a request waits for the poll that begins.
    fn begin_poll(&mut self) -> (bool, Option<Arc<Snapshot>>) {
        let is_wanted = mem::take(&mut self.is_wanted);
        (is_wanted, if is_wanted { None } else { self.snapshot.take() })
    }

    fn with_histograms(&mut self, mut snapshot: Snapshot) -> Arc<Snapshot> {
        snapshot.histograms = mem::take(&mut self.histograms);
        Arc::new(snapshot)
    }

    /// The snapshot, which is made if there is none yet.
    fn snapshot_of(&mut self, update: &Update<'_>) -> Arc<Snapshot> {
        if let Some(snapshot) = &self.snapshot {
            return Arc::clone(snapshot);
        }
        let snapshot = self.with_histograms(Snapshot::of(update, self.taken));
        Arc::clone(self.snapshot.insert(snapshot))
    }
}

impl Poll<'_> {
    /// The files.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        lock(self.latest).snapshot_of(&self.update)
    }

    /// The stats of all files, added up: those of the snapshot, if there is one already.
    pub fn totals(&self) -> Arc<Totals> {
        let snapshot = lock(self.latest).snapshot.clone();
        let total = || total(self.update.files(), self.time());
        snapshot.map_or_else(total, |snapshot| snapshot.totals())
    }

    /// When it began, as Unix time in seconds.
    pub fn time(&self) -> f64 {
        time_of(&self.update)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use mmstats::{Counter, Field, Increase, Options, Published};
    use tempfile::TempDir;

    use super::*;

    /// A program with a counter, and a poller that has polled it once.
    fn polled(directory: &TempDir) -> (Counter, Published<()>, Poller) {
        let options = Options::dynamic("Jobs").path(directory.path()).default_fields(false);
        let stats = options.create().unwrap();
        let done = stats.add(Counter::named("done")).unwrap();
        let poller = Poller::new(Watch::new([directory.path()]));
        poller.poll(|_| {});
        (done, stats, poller)
    }

    fn done(snapshot: &Snapshot) -> String {
        snapshot.files[0].file().get("done").unwrap().value().to_string()
    }

    #[test]
    fn a_snapshot_is_of_the_last_poll_and_made_for_those_who_ask() {
        let directory = TempDir::new().unwrap();
        let (counter, _stats, poller) = polled(&directory);
        counter.add(3);
        let first = poller.snapshot();
        assert_eq!((done(&first), first.taken), ("0".into(), poller.taken()));
        assert!(Arc::ptr_eq(&first, &poller.snapshot()));
        poller.poll(|_| {});
        // There may soon be another request.
        assert!(lock(&poller.latest).snapshot.is_some());
        assert_eq!(done(&first), "0", "a snapshot doesn't change");
        poller.poll(|_| {});
        assert!(lock(&poller.latest).snapshot.is_none());
        counter.add(1);
        let second = poller.snapshot();
        assert_eq!((done(&second), second.taken), ("3".into(), poller.taken()));
        assert!(second.taken > first.taken);
    }

    #[test]
    fn each_poll_has_what_was_counted_since_the_last() {
        let directory = TempDir::new().unwrap();
        let (counter, _stats, poller) = polled(&directory);
        for count in [3, 2] {
            counter.add(count);
            poller.poll(|poll| {
                let change = &poll.changes.files()[0];
                let increase = change.increase(&change.file().get("done").unwrap());
                assert_eq!(increase, Some(Increase::Count(count)));
                assert_eq!(poll.totals().iter().count(), 1);
            });
        }
    }
}
