//! Changes that a thread couldn't publish, deferred to one that has a file.

use std::collections::HashMap;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::no_alloc_mutex::NoAllocMutex;
use crate::memory::ForkSafe;

/// The deferred changes of one static, which wait for a thread with a file.
pub(super) struct Deferred<T: 'static> {
    /// The only field that the guards' usual path reads.
    any: AtomicBool,
    /// The last id.
    id: AtomicU64,
    waiting: ForkSafe<NoAllocMutex<Changes<T>>>,
}

/// The changes by id.
type Changes<T> = HashMap<u64, Box<dyn FnOnce(&T) + Send>>;

impl<T> Deferred<T> {
    pub(super) const fn new() -> Self {
        Self { any: AtomicBool::new(false), id: AtomicU64::new(0), waiting: ForkSafe::new() }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// The number of changes.
    pub(super) fn len(&'static self) -> usize {
        self.waiting.get().with(|waiting| waiting.len())
    }

    /// A new id.
    pub(super) fn next_id(&self) -> u64 {
        self.id.fetch_add(1, Ordering::Relaxed)
    }

    /// Defers a change under a new id.
    pub(super) fn defer(&'static self, id: u64, change: impl FnOnce(&T) + Send + 'static) {
        let change: Box<dyn FnOnce(&T) + Send> = Box::new(change);
        self.waiting.get().with_reserved(
            |waiting| waiting,
            |waiting| {
                waiting.insert(id, change);
                self.any.store(true, Ordering::Relaxed);
            },
        );
    }

    /// Cancels the change with this id; returns whether it was still waiting.
    pub(super) fn cancel(&'static self, id: u64) -> bool {
        let change = self.waiting.get().with(|waiting| {
            let change = waiting.remove(&id);
            self.any.store(!waiting.is_empty(), Ordering::Relaxed);
            change
        });
        change.is_some()
    }

    /// Makes all changes, in the order of their arrival, in stats that have a file.
    pub(super) fn apply(&'static self, stats: &T) {
        if self.is_empty() {
            return;
        }
        // Taken out under the lock, so that each is made once; made without it, as they run the
        // program's own code.
        let waiting = self.waiting.get().with(|waiting| {
            self.any.store(false, Ordering::Relaxed);
            mem::take(waiting)
        });
        let mut waiting: Vec<_> = waiting.into_iter().collect();
        waiting.sort_unstable_by_key(|(id, _)| *id);
        for (_, change) in waiting {
            catch_panic(|| change(stats));
        }
    }

    /// For a child after its fork: the changes are its parent's. Async-signal-safe.
    pub(super) fn forget(&self) {
        self.any.store(false, Ordering::Relaxed);
        self.waiting.forget();
    }
}

/// Calls the program's own code where nothing may panic. Returns its result, or `None` if it
/// panicked.
#[inline]
pub(super) fn catch_panic<R>(action: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(action)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // Dropping it may panic as well.
            mem::forget(payload);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    type Log = RefCell<Vec<u32>>;

    fn push(number: u32) -> impl FnOnce(&Log) + Send {
        move |log| log.borrow_mut().push(number)
    }

    fn defer(deferred: &'static Deferred<Log>, change: impl FnOnce(&Log) + Send + 'static) -> u64 {
        let id = deferred.next_id();
        deferred.defer(id, change);
        id
    }

    #[test]
    fn each_is_made_once_in_its_order_unless_it_was_cancelled() {
        static DEFERRED: Deferred<Log> = Deferred::new();
        let log = Log::default();
        let ids: Vec<_> = (0..5).map(|n| defer(&DEFERRED, push(n))).collect();
        assert_eq!(DEFERRED.len(), 5);
        assert!(DEFERRED.cancel(ids[3]) && !DEFERRED.cancel(ids[3]));
        DEFERRED.apply(&log);
        assert!(DEFERRED.is_empty() && !DEFERRED.cancel(ids[0]));
        DEFERRED.apply(&log);
        assert_eq!(*log.borrow(), [0, 1, 2, 4]);
        let last = defer(&DEFERRED, push(5));
        assert!(DEFERRED.cancel(last) && DEFERRED.is_empty());
    }

    #[test]
    fn a_panic_in_one_leaves_the_others() {
        static DEFERRED: Deferred<Log> = Deferred::new();
        let log = Log::default();
        defer(&DEFERRED, |_: &Log| panic!("in the program's own code"));
        defer(&DEFERRED, push(1));
        DEFERRED.apply(&log);
        assert_eq!(*log.borrow(), [1]);
    }
}
