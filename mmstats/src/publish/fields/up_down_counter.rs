//! Up-down counters: what several threads raise and lower.

use std::fmt;

use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::{AttachedField, ScalarCell};
use crate::publish::DeclareError;
use crate::publish::declaration::FieldKind;

/// A number that several threads raise and lower: requests in flight, jobs in a queue, open
/// connections.
///
/// Each thread's file has that thread's own difference: what it has added less what it has
/// subtracted. The thread that lowers need not be the one that raised, so a difference may be
/// negative; the sum over all threads, which tools show, is right. OpenTelemetry also calls this an
/// up-down counter.
///
/// When the thread that wrote a [`per_thread!`](crate::per_thread) instance ends, its difference
/// stays in the file, and the thread that takes over the instance continues from there. So the sum
/// doesn't drift as threads come and go. Dropping a [`Published`](crate::Published) struct removes
/// its difference. The values of a program that is proven dead don't count.
///
/// It is always summed: another `aggregate` is an error. For a value that one thread owns, such as
/// the length of its own buffer, use a [`Gauge`](crate::Gauge).
///
/// Differences and their sum wrap at the limits of an `i64`; a sum that fits is right even if
/// differences wrapped. A change is a load and a store, like a [`Counter`](crate::Counter)'s.
///
/// ```
/// use std::thread;
///
/// use mmstats::{MmStats, StatsFile, UpDownCounter};
///
/// #[derive(MmStats)]
/// struct Queue {
///     /// Jobs that wait.
///     #[mmstats(unit = "jobs")]
///     waiting: UpDownCounter,
/// }
///
/// # static DIRECTORY: std::sync::LazyLock<tempfile::TempDir> =
/// #     std::sync::LazyLock::new(|| tempfile::tempdir().unwrap());
/// mmstats::per_thread! {
/// # /*
///     static QUEUE: Queue = Queue::options();
/// # */
/// #   static QUEUE: Queue = Queue::options().path(DIRECTORY.path());
/// }
///
/// // This thread puts three jobs into the queue, another one takes two of them out.
/// QUEUE.with(|queue| queue.waiting.add(3));
/// let taken = thread::spawn(|| {
///     QUEUE.with(|queue| {
///         queue.waiting.decr();
///         queue.waiting.decr();
///         queue.waiting.get()
///     })
/// });
/// assert_eq!(taken.join().unwrap(), -2, "this thread's own part");
/// assert_eq!(QUEUE.with(|queue| queue.waiting.get()), 3, "and this one's: together 1");
/// ```
pub struct UpDownCounter(ScalarCell<i64>);

impl UpDownCounter {
    /// Adds `amount`, which may be negative; wraps.
    #[inline]
    pub fn add(&self, amount: i64) {
        self.0.store(self.0.load().wrapping_add(amount));
    }

    /// Adds one.
    #[inline]
    pub fn incr(&self) {
        self.add(1);
    }

    /// Subtracts one.
    #[inline]
    pub fn decr(&self) {
        self.add(-1);
    }

    /// The current difference of this instance: one thread's, not the program's.
    #[inline]
    pub fn get(&self) -> i64 {
        self.0.load()
    }
}

impl fmt::Debug for UpDownCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UpDownCounter").field(&self.get()).finish()
    }
}

impl FieldKind for UpDownCounter {
    type Settings = ();

    fn declare_field((): (), _: Layout) -> Result<DeclaredField, DeclareError> {
        Ok(DeclaredField::scalar(Kind::UpDownCounter, 0_i64, true))
    }

    fn attach_field(field: AttachedField, _: &DeclaredField) -> Self {
        Self(ScalarCell::new(field))
    }
}
