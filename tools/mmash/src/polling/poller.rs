//! Looks at the files once an interval, for everybody.

use std::ffi::OsString;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use axum::response::Response;
use mmstats_tools::common::arguments::LimitArguments;
use mmstats_web::{Feed, Problem, Workers};
use tokio::sync::watch;

use super::file_errors::Wrongs;
use super::snapshot::Snapshot;
use crate::live::Rows;
use crate::metrics::Metrics;
use crate::telemetry::Own;

/// How many pages may watch at one time.
const STREAMS: usize = 128;
/// As long as an answer is made of an older snapshot that takes more bytes, there is no new one:
/// no more than two of them are in memory.
const LARGE: u64 = 64 << 20;
/// How many answers are made at one time.
const ANSWERS: usize = 2;
/// Polling stands still when the last poll ended this many intervals ago …
const INTERVALS: u32 = 5;
/// … and at least this long ago.
const STANDSTILL: Duration = Duration::from_secs(10);

/// What is known of the files, and what changes.
#[derive(Debug)]
pub struct Poller {
    snapshot: watch::Sender<Arc<Snapshot>>,
    feed: Feed,
    metrics: Metrics,
    workers: Workers,
    interval: Duration,
    /// When the last poll ended.
    last_poll: Mutex<Instant>,
}

/// Who looks.
struct Looking {
    places: Vec<OsString>,
    limits: LimitArguments,
    /// The snapshot before the present one, as long as an answer is made of it.
    before: Weak<Snapshot>,
    rows: Rows,
    wrongs: Wrongs,
    own: Option<Arc<Own>>,
}

impl Poller {
    /// Looks now, and from now on in a thread of its own, until the poller is dropped.
    ///
    /// # Errors
    ///
    /// Where no thread can be made.
    pub fn start(
        places: Vec<OsString>,
        limits: LimitArguments,
        interval: Duration,
        metrics: Metrics,
        wrongs: Wrongs,
        own: Option<Arc<Own>>,
    ) -> io::Result<Arc<Self>> {
        let (rows, before) = (Rows::default(), Weak::new());
        let mut looking = Looking { places, limits, before, rows, wrongs, own };
        let (snapshot, feed) = (watch::Sender::default(), Feed::new(STREAMS));
        let (workers, last_poll) = (Workers::new(ANSWERS), Mutex::new(Instant::now()));
        let poller = Arc::new(Self { snapshot, feed, metrics, workers, interval, last_poll });
        looking.look(&poller);
        let weak = Arc::downgrade(&poller);
        thread::Builder::new()
            .name("poller".into())
            .spawn(move || poll(&weak, interval, looking))?;
        Ok(poller)
    }

    /// The files as they were at the last look.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.borrow())
    }

    /// Makes an answer of the last snapshot, beside the thread that serves.
    ///
    /// # Errors
    ///
    /// Returns the [`Problem`] that `answer` returns.
    pub async fn answer(
        self: Arc<Self>,
        answer: impl FnOnce(&Snapshot) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let workers = self.workers.clone();
        // Taken when its turn comes: who waits keeps no old snapshot in memory.
        workers.run(move || answer(&self.snapshot())).await?
    }

    /// Whether files are still polled.
    ///
    /// # Errors
    ///
    /// Returns the reason if the last poll is long ago.
    pub fn health(&self) -> Result<(), String> {
        let polled = *self.last_poll.lock().unwrap_or_else(PoisonError::into_inner);
        self.health_after(polled.elapsed())
    }

    fn health_after(&self, elapsed: Duration) -> Result<(), String> {
        if elapsed <= STANDSTILL.max(self.interval.saturating_mul(INTERVALS)) {
            return Ok(());
        }
        let (elapsed, interval) = (elapsed.as_secs(), self.interval);
        Err(format!("the last poll ended {elapsed} s ago, the interval is {interval:?}"))
    }

    /// What changes from look to look.
    pub const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// What Prometheus is told.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

impl Looking {
    /// Reads all files once, and tells everybody.
    fn look(&mut self, poller: &Poller) {
        if self.before.upgrade().is_some_and(|before| before.bytes > LARGE) {
            return;
        }
        let started = Instant::now();
        let mut snapshot = Snapshot::take(&self.places, self.limits.budget());
        snapshot.spreads = poller.snapshot().spreads.next();
        let snapshot = Arc::new(snapshot);
        poller.metrics.look(&snapshot);
        // The one before goes first: what follows takes memory, too.
        self.before = Arc::downgrade(&poller.snapshot.send_replace(Arc::clone(&snapshot)));
        self.rows.publish(&snapshot, &poller.feed);
        self.wrongs.tell(&snapshot.errors);
        if let Some(own) = &self.own {
            let (files, unreadable) = (snapshot.files.len(), snapshot.errors.len());
            own.looked(started.elapsed(), files, unreadable, poller.feed.watching());
        }
        *poller.last_poll.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

fn poll(poller: &Weak<Poller>, interval: Duration, mut looking: Looking) {
    let mut due = Instant::now() + interval;
    loop {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let Some(poller) = poller.upgrade() else {
            return;
        };
        looking.look(&poller);
        // What takes longer than the interval isn't made up for.
        due = (due + interval).max(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{By, Choice};
    use mmstats_cli::diagnostics::Diagnostics;
    use mmstats_tools::common::prom::Limits;

    fn poller(interval: Duration) -> Poller {
        let choice = Choice { by: By::Pid, limits: Limits::default(), texts: false };
        Poller {
            snapshot: watch::Sender::default(),
            feed: Feed::new(1),
            metrics: Metrics::new(choice),
            workers: Workers::new(1),
            interval,
            last_poll: Mutex::new(Instant::now()),
        }
    }

    #[test]
    fn polling_stands_still_after_five_intervals_and_ten_seconds() {
        for (interval, fine, standstill) in [(1, 10_000, 10_001), (60, 300_000, 300_001)] {
            let poller = poller(Duration::from_secs(interval));
            assert_eq!(poller.health_after(Duration::from_millis(fine)), Ok(()));
            let reason = poller.health_after(Duration::from_millis(standstill)).unwrap_err();
            let (elapsed, interval) = (standstill / 1_000, format!("{interval}s"));
            let expected =
                format!("the last poll ended {elapsed} s ago, the interval is {interval}");
            assert_eq!(reason, expected);
        }
        assert_eq!(poller(Duration::MAX).health_after(Duration::from_hours(1)), Ok(()));
    }

    #[test]
    fn each_poll_ends_a_standstill() {
        let poller = poller(Duration::from_secs(1));
        let Some(long_ago) = Instant::now().checked_sub(2 * STANDSTILL) else {
            return;
        };
        *poller.last_poll.lock().unwrap() = long_ago;
        assert!(poller.health().unwrap_err().starts_with("the last poll ended 20 s ago, "));
        let mut looking = Looking {
            places: vec!["/does/not/exist".into()],
            limits: LimitArguments { max_bytes: 1, max_labels: 1 },
            before: Weak::new(),
            rows: Rows::default(),
            wrongs: Wrongs::new(Diagnostics::new("mmash")),
            own: None,
        };
        looking.look(&poller);
        assert_eq!(poller.health(), Ok(()));
    }
}
