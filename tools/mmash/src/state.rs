//! What all routes answer from.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::response::Response;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_totals::increases::Increases;
use mmstats_totals::totals::Totals;
use mmstats_web::{Problem, Workers};

use crate::args::NAME;
use crate::history::{Excerpt, History, Query, Recorded};
use crate::live::{LiveStream, News};
use crate::metrics::Metrics;
use crate::polling::{Poll, Poller, Snapshot};
use crate::recording::{KnownStats, RecordingFile};

/// How many responses are made at a time.
const MAX_RESPONSES: usize = 2;
/// How many requests read the recording at a time.
const MAX_READERS: usize = 2;
/// Polling has stalled when the last poll ended this many intervals ago …
const STALLED_INTERVALS: u32 = 5;
/// … and at least this long ago.
const STALLED_AFTER: Duration = Duration::from_secs(10);

/// The files, and what is made of each poll.
#[derive(Debug)]
pub struct AppState {
    poller: Arc<Poller>,
    /// What changes from poll to poll, for the page.
    pub live: Arc<LiveStream>,
    /// What Prometheus scrapes.
    pub metrics: Arc<Metrics>,
    history: Mutex<History>,
    /// With `--history`.
    recording: Option<Arc<RecordingFile>>,
    workers: Workers,
    /// Reading the recording may take longer than all else.
    readers: Workers,
    interval: Duration,
    last_poll: Mutex<Instant>,
}

impl AppState {
    /// Before the first poll.
    pub fn new(poller: Arc<Poller>, metrics: Metrics, interval: Duration) -> Self {
        Self {
            poller,
            live: Arc::default(),
            metrics: Arc::new(metrics),
            history: Mutex::new(History::new(interval)),
            recording: None,
            workers: Workers::new(MAX_RESPONSES),
            readers: Workers::new(MAX_READERS),
            interval,
            last_poll: Mutex::new(Instant::now()),
        }
    }

    /// The files at the last poll.
    pub fn poller(&self) -> &Arc<Poller> {
        &self.poller
    }

    /// Takes in a poll.
    pub fn take(&self, poll: &Poll<'_>) {
        self.metrics.record(poll.changes);
        if self.live.open_streams() > 0 {
            // Its totals are those of the history, too.
            poll.snapshot();
        }
        let increases = Increases::of(poll.changes);
        // After the first update nothing is known to be new.
        let interval = Some(poll.changes.interval()).filter(|interval| !interval.is_zero());
        let marks = lock(&self.history).record(&Recorded {
            update: &poll.update,
            time: poll.time(),
            interval,
            totals: &poll.totals(),
            increases: &increases,
        });
        let news = News { interval, increases: &increases, marks };
        self.live.publish(|| poll.snapshot(), &news);
    }

    /// With a recording, from which history comes that isn't in memory.
    #[must_use]
    pub fn with_recording(self, recording: Option<Arc<RecordingFile>>) -> Self {
        Self { recording, ..self }
    }

    /// The time that is answered with if none is asked for, in seconds: of what isn't in memory alone.
    pub fn usual_span(&self) -> f64 {
        let span = History::POLLS as f64 * self.interval.as_secs_f64();
        if self.recording.is_some() { span } else { f64::INFINITY }
    }

    /// Makes a response of a part of the history on a worker thread.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] if `respond` panics, or the recording can't be read.
    pub async fn history(
        self: Arc<Self>,
        query: Query,
        respond: impl FnOnce(&Excerpt) -> Response + Send + 'static,
    ) -> Result<Response, Problem> {
        let workers = if self.recording.is_some() { &self.readers } else { &self.workers };
        let workers = workers.clone();
        workers.run(move || self.excerpt(&query).map(|excerpt| respond(&excerpt))).await?
    }

    /// Makes a response of the stats that the recording has, and of those that files have.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] if `respond` panics, or the recording can't be read.
    pub async fn ended(
        self: Arc<Self>,
        respond: impl FnOnce(&KnownStats, &Totals) -> Response + Send + 'static,
    ) -> Result<Response, Problem> {
        let readers = self.readers.clone();
        let read = move || {
            let known = match &self.recording {
                Some(recording) => {
                    recording.known(report).map_err(|failure| recording.problem(&failure))?
                }
                None => Arc::default(),
            };
            Ok(respond(&known, &self.poller.snapshot().totals()))
        };
        readers.run(read).await?
    }

    /// A part of the history, from the recording if that has more of it.
    fn excerpt(&self, query: &Query) -> Result<Excerpt, Problem> {
        let Some(recording) = &self.recording else {
            return Ok(lock(&self.history).excerpt(query));
        };
        let read = || {
            let first = recording.first()?;
            let history = lock(&self.history);
            if history.has_all(query, first) {
                let mut excerpt = history.excerpt(query);
                excerpt.oldest = first.or(excerpt.oldest);
                return Ok(excerpt);
            }
            drop(history);
            recording.excerpt(query, self.interval.as_secs_f64(), report)
        };
        read().map_err(|failure| recording.problem(&failure))
    }

    /// Notes that a poll has ended.
    pub fn poll_ended(&self) {
        *lock(&self.last_poll) = Instant::now();
    }

    /// Makes a response of the latest snapshot on a worker thread.
    ///
    /// # Errors
    ///
    /// Returns the [`Problem`] that `respond` returns.
    pub async fn respond(
        self: Arc<Self>,
        respond: impl FnOnce(&Snapshot) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let workers = self.workers.clone();
        // The snapshot is taken by the worker: a request that waits keeps no old one in memory.
        workers.run(move || respond(&self.poller.snapshot())).await?
    }

    /// Checks that files are still polled.
    ///
    /// # Errors
    ///
    /// Returns the reason if the last poll was long ago.
    pub fn health(&self) -> Result<(), String> {
        let last_poll = *lock(&self.last_poll);
        self.health_after(last_poll.elapsed())
    }

    fn health_after(&self, elapsed: Duration) -> Result<(), String> {
        if elapsed <= STALLED_AFTER.max(self.interval.saturating_mul(STALLED_INTERVALS)) {
            return Ok(());
        }
        let (elapsed, interval) = (elapsed.as_secs(), self.interval);
        Err(format!("the last poll ended {elapsed} s ago, the interval is {interval:?}"))
    }
}

fn report(message: &str) {
    Diagnostics::new(NAME).note(&message);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use mmstats::Watch;
    use mmstats_exposition::Bounds;

    use super::*;
    use crate::metrics::{GroupBy, MetricsOptions};

    fn state(interval: Duration) -> AppState {
        let options = MetricsOptions { by: GroupBy::Pid, bounds: Bounds::default(), texts: false };
        let poller = Arc::new(Poller::new(Watch::new(["/nonexistent"])));
        AppState::new(poller, Metrics::new(options), interval)
    }

    #[test]
    fn polling_has_stalled_after_five_intervals_and_ten_seconds() {
        for (interval, fine, stalled) in [(1, 10_000, 10_001), (60, 300_000, 300_001)] {
            let state = state(Duration::from_secs(interval));
            assert_eq!(state.health_after(Duration::from_millis(fine)), Ok(()));
            let reason = state.health_after(Duration::from_millis(stalled)).unwrap_err();
            let (elapsed, interval) = (stalled / 1_000, format!("{interval}s"));
            let expected =
                format!("the last poll ended {elapsed} s ago, the interval is {interval}");
            assert_eq!(reason, expected);
        }
        assert_eq!(state(Duration::MAX).health_after(Duration::from_hours(1)), Ok(()));
    }

    #[test]
    fn a_poll_ends_a_stall() {
        let state = state(Duration::from_secs(1));
        let Some(long_ago) = Instant::now().checked_sub(2 * STALLED_AFTER) else {
            return;
        };
        *state.last_poll.lock().unwrap() = long_ago;
        assert!(state.health().unwrap_err().starts_with("the last poll ended 20 s ago, "));
        state.poll_ended();
        assert_eq!(state.health(), Ok(()));
    }
}
