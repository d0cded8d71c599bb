//! Guards that count up in one thread and down in another.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::deferred::catch_panic;
use super::fields::UpDownCounter;
use super::guard::{Origin, apply_or_defer};
use super::{MmStats, PerThread};

/// Counts one in an [`UpDownCounter`] until it is dropped, in any thread: made by
/// [`PerThread::hold`].
///
/// It holds no reference into a file, so it can be held across `.await`, moved to another thread,
/// and stored in a struct: `HoldGuard<WebStats>` is one whose counter is named by a function or a
/// closure that captures nothing. The thread that drops it subtracts what another may have added,
/// even while it unwinds or ends. Dropping it doesn't panic. In a forked child it does nothing: its
/// change belongs to the parent.
///
/// If a thread has no file, what it adds or subtracts is deferred until a thread with a file uses a
/// guard.
#[must_use = "what is dropped at once was hardly there"]
pub struct HoldGuard<T: MmStats, F = fn(&T) -> &UpDownCounter>
where
    F: Fn(&T) -> &UpDownCounter + Send + 'static,
{
    origin: Origin<T>,
    /// Leads to the counter, if one was added in a file; `None` as soon as it is subtracted.
    counter: Option<F>,
    /// The addition, if it was deferred because there was no file.
    deferred: Option<Arc<DeferredAdd<F>>>,
}

/// Shared by a guard and its static.
struct DeferredAdd<F> {
    /// The id of the deferred change, unless a thread with a file has made it since.
    id: u64,
    counter: Mutex<F>,
}

impl<T: MmStats> PerThread<T> {
    /// Adds one to an up-down counter, and subtracts it when the guard is dropped, in any thread.
    /// The guard can be held across `.await`.
    ///
    /// ```
    /// use mmstats::{HoldGuard, MmStats, UpDownCounter};
    ///
    /// #[derive(MmStats)]
    /// struct WebStats {
    ///     /// Connections that are being served.
    ///     busy: UpDownCounter,
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
    /// struct Connection {
    ///     _busy: HoldGuard<WebStats>,
    /// }
    ///
    /// let connection = Connection { _busy: STATS.hold(|stats| &stats.busy) };
    /// let worker = std::thread::spawn(move || {
    ///     drop(connection);
    ///     STATS.with(|stats| stats.busy.get())
    /// });
    /// assert_eq!(STATS.with(|stats| stats.busy.get()) + worker.join().unwrap(), 0);
    /// ```
    ///
    /// # Panics
    ///
    /// Panics in the same cases as [`with`](Self::with).
    #[inline]
    #[track_caller]
    pub fn hold<F>(&'static self, counter: F) -> HoldGuard<T, F>
    where
        F: Fn(&T) -> &UpDownCounter + Send + 'static,
    {
        let (counter, deferred) = match self.ready() {
            Some(own) => {
                counter(own).incr();
                (Some(counter), None)
            }
            None => add_first(self, counter),
        };
        HoldGuard { origin: Origin::new(self), counter, deferred }
    }
}

#[cold]
#[track_caller]
fn add_first<T: MmStats, F>(
    stats: &'static PerThread<T>,
    counter: F,
) -> (Option<F>, Option<Arc<DeferredAdd<F>>>)
where
    F: Fn(&T) -> &UpDownCounter + Send + 'static,
{
    match stats.with_seen(|stats| counter(stats).incr()) {
        Ok(Some(())) => (Some(counter), None),
        Ok(None) => {
            let id = stats.deferred().next_id();
            let deferred = Arc::new(DeferredAdd { id, counter: Mutex::new(counter) });
            stats.deferred().defer(id, change_by(1, &deferred));
            (None, Some(deferred))
        }
        Err(error) => panic!("no stats for this thread: {error:#}"),
    }
}

/// A counter change shared by a guard and its static.
fn change_by<T, F>(amount: i64, deferred: &Arc<DeferredAdd<F>>) -> impl FnOnce(&T) + Send + 'static
where
    F: Fn(&T) -> &UpDownCounter + Send + 'static,
{
    let deferred = Arc::clone(deferred);
    move |stats| {
        let counter = deferred.counter.lock().unwrap_or_else(PoisonError::into_inner);
        counter(stats).add(amount);
    }
}

impl<T: MmStats, F> Drop for HoldGuard<T, F>
where
    F: Fn(&T) -> &UpDownCounter + Send + 'static,
{
    #[inline]
    fn drop(&mut self) {
        let Some(stats) = self.origin.get() else { return };
        let Some(counter) = self.counter.take() else {
            return subtract_deferred(stats, self.deferred.take());
        };
        match stats.ready() {
            Some(own) => _ = catch_panic(move || counter(own).decr()),
            None => subtract(stats, move |stats| counter(stats).decr()),
        }
    }
}

/// Neither adds nor subtracts one, unless it was added meanwhile.
#[cold]
fn subtract_deferred<T: MmStats, F>(
    stats: &'static PerThread<T>,
    deferred: Option<Arc<DeferredAdd<F>>>,
) where
    F: Fn(&T) -> &UpDownCounter + Send + 'static,
{
    if let Some(deferred) = deferred
        && !stats.deferred().cancel(deferred.id)
    {
        subtract(stats, change_by(-1, &deferred));
    }
}

/// Without a limit: there are at most as many as guards.
#[cold]
fn subtract<T: MmStats>(stats: &'static PerThread<T>, one: impl FnOnce(&T) + Send + 'static) {
    let _never_given_back = apply_or_defer(stats, one, usize::MAX);
}

impl<T: MmStats, F> fmt::Debug for HoldGuard<T, F>
where
    F: Fn(&T) -> &UpDownCounter + Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HoldGuard").field("stats", &T::NAME).finish_non_exhaustive()
    }
}
