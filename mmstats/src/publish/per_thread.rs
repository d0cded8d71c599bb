//! One instance per thread, from a static.
//!
//! ```text
//!  thread-local slot  --->  instance (leaked)      each thread its own
//!         |  the thread ends                ^
//!         v                                 |  a thread begins
//!       pool of idle instances  ------------'
//! ```
//!
//! An instance outlives its thread: counters continue where they were, so totals over the files
//! never decrease, and there are as many files as there ever were threads at one time.

use std::fmt;
use std::thread::LocalKey;

use super::deferred::Deferred;
use super::fields::Timer;
use super::pool::Shared;
use super::thread_end::{AtThreadEnd, at_thread_end};
use super::unpublished::Unpublished;
use super::{CreateError, MmStats, Published};
use crate::memory::{Idle, Slot};

/// A stats struct with an instance, and so a file, for each thread.
///
/// Made by [`per_thread!`](crate::per_thread). The first use in a thread takes over the instance of
/// a thread that has ended, or creates one; each further use costs a thread-local load besides the
/// store.
pub struct PerThread<T: MmStats> {
    slot: LocalKey<Slot<Published<T>>>,
    shared: &'static Shared<T>,
}

impl<T: MmStats> PerThread<T> {
    #[doc(hidden)]
    pub const fn new(slot: LocalKey<Slot<Published<T>>>, shared: &'static Shared<T>) -> Self {
        Self { slot, shared }
    }

    /// Uses this thread's instance.
    ///
    /// # Panics
    ///
    /// Panics if the thread has no instance yet and none can be created: see
    /// [`try_with`](Self::try_with). With
    /// [`Options::or_private_memory`](crate::Options::or_private_memory) a full or missing
    /// directory doesn't cause a panic.
    #[inline]
    #[track_caller]
    pub fn with<R>(&'static self, action: impl FnOnce(&T) -> R) -> R {
        match self.slot.with(Slot::get) {
            Some(stats) => action(stats),
            None => match self.use_first(|stats| action(stats)) {
                Ok(result) => result,
                Err(error) => panic!("no stats for this thread: {error:#}"),
            },
        }
    }

    /// Uses this thread's instance if it has one or can get one.
    ///
    /// # Errors
    ///
    /// Returns an error if the thread has no instance yet and none can be created. The next use
    /// tries again.
    #[inline]
    pub fn try_with<R>(&'static self, action: impl FnOnce(&T) -> R) -> Result<R, CreateError> {
        self.try_with_published(|published| action(published))
    }

    /// Uses this thread's instance with its file, if it has or can get one: to add stats at run
    /// time ([`Published::add`]) and keep them in the struct itself.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use mmstats::{Counter, Field, MmStats};
    ///
    /// #[derive(MmStats)]
    /// struct Queues {
    ///     /// One for each queue that this thread has met.
    ///     #[mmstats(skip)]
    ///     jobs: RefCell<Vec<Counter>>,
    /// }
    ///
    /// # static DIRECTORY: std::sync::LazyLock<tempfile::TempDir> =
    /// #     std::sync::LazyLock::new(|| tempfile::tempdir().unwrap());
    /// # /*
    /// mmstats::per_thread! {
    ///     static QUEUES: Queues = Queues::options().capacity(64 * 1024);
    /// }
    /// # */
    /// # mmstats::per_thread! {
    /// #     static QUEUES: Queues = Queues::options().capacity(64 * 1024).path(DIRECTORY.path());
    /// # }
    ///
    /// QUEUES.try_with_published(|file| {
    ///     let jobs: Counter = file.add(Counter::named("queue.mail"))?;
    ///     jobs.incr();
    ///     file.jobs.borrow_mut().push(jobs);
    ///     Ok::<(), mmstats::AddError>(())
    /// })??;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`try_with`](Self::try_with).
    #[inline]
    pub fn try_with_published<R>(
        &'static self,
        action: impl FnOnce(&Published<T>) -> R,
    ) -> Result<R, CreateError> {
        match self.slot.with(Slot::get) {
            Some(published) => Ok(action(published)),
            None => self.use_first(action),
        }
    }

    /// Times `action` with a timer of this thread's instance. For a future, use
    /// [`time_async`](Self::time_async).
    ///
    /// # Panics
    ///
    /// Panics in the same cases as [`with`](Self::with).
    #[track_caller]
    pub fn time<R>(
        &'static self,
        timer: impl FnOnce(&T) -> &Timer,
        action: impl FnOnce() -> R,
    ) -> R {
        self.with(|stats| timer(stats).time(action))
    }

    /// How many threads currently count in private memory, where nobody sees it, and why; `None` if
    /// there are none.
    ///
    /// This needs [`Options::or_private_memory`](crate::Options::or_private_memory). A thread for
    /// which [`try_with`](Self::try_with) returns an error counts nowhere and isn't included.
    ///
    /// The gauge `sys.unpublished`, after the prefix, in the process's files has the number of all
    /// its unpublished threads, for all stats structs.
    pub fn problem(&self) -> Option<Unpublished> {
        self.shared.problem()
    }

    /// Removes the files of all threads now, not only when the process ends. The threads continue
    /// counting in memory, where nobody sees it.
    pub fn remove(&self) {
        self.shared.remove();
    }

    /// This thread's instance, for one use, if it is visible and no change is deferred: the guards'
    /// usual path.
    #[inline]
    pub(super) fn ready(&'static self) -> Option<&'static Published<T>> {
        let own = self.slot.with(Slot::get)?;
        (own.is_seen() && self.shared.deferred().is_empty()).then_some(own)
    }

    /// Uses this thread's instance if it has or can get one; `None` if it isn't visible. Makes
    /// deferred changes first.
    pub(super) fn with_seen<R>(
        &'static self,
        action: impl FnOnce(&T) -> R,
    ) -> Result<Option<R>, CreateError> {
        self.try_with_published(|published| {
            self.catch_up(published);
            published.is_seen().then(|| action(published))
        })
    }

    pub(super) fn deferred(&self) -> &'static Deferred<T> {
        self.shared.deferred()
    }

    /// Makes the deferred changes, which wait for a visible instance.
    fn catch_up(&'static self, published: &Published<T>) {
        if published.is_seen() {
            self.shared.deferred().apply(published);
        }
    }

    #[cold]
    fn use_first<R>(
        &'static self,
        action: impl FnOnce(&Published<T>) -> R,
    ) -> Result<R, CreateError> {
        let instance = self.shared.adopt_or_create()?;
        if at_thread_end(self) {
            let own = match self.slot.with(Slot::get) {
                None => self.slot.with(|slot| slot.put(instance)),
                // An allocation on the way here was counted and created the thread's instance.
                Some(own) => {
                    self.shared.give_back(instance);
                    own
                }
            };
            self.catch_up(own);
            return Ok(action(own));
        }
        // The thread is ending and its guard is gone: borrow the instance for this call.
        let borrowed = Borrowed { instance: Some(instance), shared: self.shared };
        let own = borrowed.instance.as_ref().expect("there until dropped").get();
        self.catch_up(own);
        Ok(action(own))
    }
}

/// An instance that is returned at the end of the call, however it ends.
struct Borrowed<T: MmStats> {
    instance: Option<Idle<Published<T>>>,
    shared: &'static Shared<T>,
}

impl<T: MmStats> Drop for Borrowed<T> {
    fn drop(&mut self) {
        if let Some(instance) = self.instance.take() {
            self.shared.give_back(instance);
        }
    }
}

impl<T: MmStats> AtThreadEnd for PerThread<T> {
    fn thread_ends(&'static self) {
        if let Some(instance) = self.slot.with(Slot::take) {
            self.shared.give_back(instance);
        }
    }
}

impl<T: MmStats> fmt::Debug for PerThread<T> {
    /// Shows the stats type. [`with`](Self::with) gives this thread's values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerThread").field("stats", &T::NAME).finish_non_exhaustive()
    }
}

/// Declares statics of stats structs, with an instance for each thread.
///
/// The expression gives the [`Options`](crate::Options); it is evaluated by each thread that creates an
/// instance. See [`PerThread`] for the use.
///
/// When a thread ends, its file stays, and the next new thread takes it over:
///
/// | stat | when its thread ends |
/// | --- | --- |
/// | [`Counter`](crate::Counter), [`UpDownCounter`](crate::UpDownCounter), averages, [`Timer`], [`Histogram`](crate::Histogram) | continues, so totals never decrease and differences don't drift |
/// | [`Timestamp`](crate::Timestamp) with the aggregate `max` | stays, so "last success" is known; it never becomes earlier |
/// | [`Gauge`](crate::Gauge) and [`Text`](crate::Text) with `keep` | stays until the next thread sets it |
/// | any other gauge, timestamp or text | returns to its initial value, as it was about that thread |
///
/// ```
/// use mmstats::{Counter, MmStats};
///
/// #[derive(MmStats)]
/// struct PoolStats {
///     jobs: Counter,
/// }
///
/// mmstats::per_thread! {
///     /// One file a thread.
///     static STATS: PoolStats = PoolStats::options().prefix("pool.");
/// }
///
/// std::thread::spawn(|| STATS.with(|stats| stats.jobs.incr())).join().unwrap();
/// ```
// `thread_local!` declares its key as a `const`, never as a `static`, so `SLOT` can be used by
// value, and more than once. Each use is a new `LocalKey` of the same thread-local, as a key is
// only a function that returns its address. The test at the end checks this.
#[macro_export]
macro_rules! per_thread {
    ($($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $options:expr);+ $(;)?) => {$(
        $(#[$attribute])*
        $visibility static $name: $crate::PerThread<$type> = {
            ::std::thread_local! {
                static SLOT: $crate::__private::Slot<$crate::Published<$type>> =
                    const { $crate::__private::Slot::new() };
            }
            static SHARED: $crate::__private::Shared<$type> =
                $crate::__private::Shared::new(|| $options, || SHARED.forget(&SLOT));
            $crate::PerThread::new(SLOT, &SHARED)
        };
    )+};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_thread_local_are_constants_of_one_slot() {
        thread_local! {
            static SLOT: Slot<u32> = const { Slot::new() };
        }
        static KEY: LocalKey<Slot<u32>> = SLOT;
        static SAME: LocalKey<Slot<u32>> = SLOT;
        KEY.with(|slot| slot.put(Idle::new(7)));
        assert_eq!((SAME.with(Slot::get), SLOT.with(Slot::get)), (Some(&7), Some(&7)));
        let elsewhere = std::thread::spawn(|| SAME.with(Slot::get)).join().unwrap();
        assert_eq!(elsewhere, None, "each thread has its own");
    }
}
