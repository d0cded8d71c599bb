//! Timings that cross threads and `.await`s.

use std::fmt;
use std::time::Duration;

use super::deferred::catch_panic;
use super::fields::{Stopwatch, Timer};
use super::guard::{Origin, apply_or_defer};
use super::{MmStats, PerThread};

/// Maximum number of timings that a static defers while no thread has a file: a few hundred bytes
/// each.
const MAX_DEFERRED: usize = 10_000;

/// A running timing, recorded in the thread where it ends: made by [`PerThread::start`].
///
/// It holds no reference into a file, so it can be held across `.await`, moved to another thread,
/// and stored in a struct: `TimingGuard<WebStats>` is one whose timer is named by a function or a
/// closure that captures nothing. The thread that drops it records the time, even while it unwinds
/// or ends. Dropping it doesn't panic. In a forked child it does nothing.
///
/// If that thread has no file, the timing is deferred until a thread with a file uses a guard; at
/// most 10,000 timings are.
#[must_use = "a timing that is dropped at once measures nothing"]
pub struct TimingGuard<T: MmStats, F = fn(&T) -> &Timer>
where
    F: Fn(&T) -> &Timer + Send + 'static,
{
    origin: Origin<T>,
    watch: Stopwatch,
    /// `None` once it has ended.
    timer: Option<F>,
}

impl<T: MmStats> PerThread<T> {
    /// Starts a timing that can end in any thread, and be held across `.await`.
    ///
    /// ```
    /// use mmstats::{MmStats, Timer, TimingGuard};
    ///
    /// #[derive(MmStats)]
    /// struct WebStats {
    ///     request: Timer,
    ///     failed: Timer,
    /// }
    ///
    /// # static DIRECTORY: std::sync::LazyLock<tempfile::TempDir> =
    /// #     std::sync::LazyLock::new(|| tempfile::tempdir().unwrap());
    /// mmstats::per_thread! {
    /// # /*
    ///     static STATS: WebStats = WebStats::options();
    /// # */
    /// #   static STATS: WebStats = WebStats::options().path(DIRECTORY.path());
    /// }
    ///
    /// struct Request {
    ///     timing: TimingGuard<WebStats>,
    /// }
    ///
    /// let request = Request { timing: STATS.start(|stats| &stats.request) };
    /// let worker = std::thread::spawn(move || {
    ///     // Only now it is known what the time is of.
    ///     request.timing.stop_as(|stats| &stats.failed);
    ///     STATS.with(|stats| (stats.request.count(), stats.failed.count()))
    /// });
    /// assert_eq!(worker.join().unwrap(), (0, 1));
    /// ```
    #[inline]
    pub fn start<F>(&'static self, timer: F) -> TimingGuard<T, F>
    where
        F: Fn(&T) -> &Timer + Send + 'static,
    {
        TimingGuard { origin: Origin::new(self), watch: Stopwatch::start(), timer: Some(timer) }
    }

    /// Times a future from its first poll to its end, whichever threads poll it. If it is dropped
    /// before, because its task was cancelled, it is timed up to the drop; a future that is never
    /// polled isn't timed.
    ///
    /// ```
    /// # use mmstats::{MmStats, Timer};
    /// # #[derive(MmStats)]
    /// # struct WebStats { request: Timer }
    /// # mmstats::per_thread! { static STATS: WebStats = WebStats::options(); }
    /// # async fn answer() -> u32 { 42 }
    /// async fn handle() -> u32 {
    ///     STATS.time_async(|stats| &stats.request, answer()).await
    /// }
    /// ```
    pub async fn time_async<F, U>(&'static self, timer: F, future: U) -> U::Output
    where
        F: Fn(&T) -> &Timer + Send + 'static,
        U: Future,
    {
        let _timing = self.start(timer);
        future.await
    }
}

impl<T: MmStats, F> TimingGuard<T, F>
where
    F: Fn(&T) -> &Timer + Send + 'static,
{
    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }

    /// Records now and returns the recorded time.
    pub fn stop(mut self) -> Duration {
        let elapsed = self.elapsed();
        self.record(elapsed.as_secs_f64());
        elapsed
    }

    /// Records now with another timer, for a result that is known only at the end, and returns the
    /// recorded time.
    pub fn stop_as<G>(mut self, timer: G) -> Duration
    where
        G: Fn(&T) -> &Timer + Send + 'static,
    {
        self.timer = None;
        TimingGuard { origin: self.origin, watch: self.watch, timer: Some(timer) }.stop()
    }

    /// Ends without recording anything.
    pub fn discard(mut self) {
        self.timer = None;
    }

    #[inline]
    fn record(&mut self, seconds: f64) {
        let Some((stats, timer)) = self.origin.get().zip(self.timer.take()) else { return };
        match stats.ready() {
            Some(own) => _ = catch_panic(move || timer(own).record_secs(seconds)),
            None => record_late(stats, timer, seconds),
        }
    }
}

#[cold]
fn record_late<T: MmStats, F>(stats: &'static PerThread<T>, timer: F, seconds: f64)
where
    F: Fn(&T) -> &Timer + Send + 'static,
{
    let change = move |stats: &T| timer(stats).record_secs(seconds);
    if let Err(change) = apply_or_defer(stats, change, MAX_DEFERRED) {
        // Then at least private memory has it, if there is any.
        catch_panic(|| stats.try_with(change).ok());
    }
}

impl<T: MmStats, F> Drop for TimingGuard<T, F>
where
    F: Fn(&T) -> &Timer + Send + 'static,
{
    #[inline]
    fn drop(&mut self) {
        if self.timer.is_some() {
            self.record(self.watch.seconds());
        }
    }
}

impl<T: MmStats, F> fmt::Debug for TimingGuard<T, F>
where
    F: Fn(&T) -> &Timer + Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimingGuard")
            .field("stats", &T::NAME)
            .field("elapsed", &self.elapsed())
            .finish_non_exhaustive()
    }
}
