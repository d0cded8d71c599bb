//! Changes that a thread couldn't publish: a thread that has a file makes them.

use std::collections::HashMap;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::quiet::Quiet;
use crate::memory::ForkProof;

/// The changes of one static that wait for a thread with a file.
pub(super) struct Kept<T: 'static> {
    /// All that the guards' usual path looks at.
    any: AtomicBool,
    /// The last one's.
    number: AtomicU64,
    waiting: ForkProof<Quiet<Changes<T>>>,
}

/// By their numbers.
type Changes<T> = HashMap<u64, Box<dyn FnOnce(&T) + Send>>;

impl<T> Kept<T> {
    pub(super) const fn new() -> Self {
        Self { any: AtomicBool::new(false), number: AtomicU64::new(0), waiting: ForkProof::new() }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// How many changes there are.
    pub(super) fn len(&'static self) -> usize {
        self.waiting.get().with(|waiting| waiting.len())
    }

    /// A number for a change.
    pub(super) fn number(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// Keeps a change, under a number of its own.
    pub(super) fn keep_as(&'static self, number: u64, change: impl FnOnce(&T) + Send + 'static) {
        let change: Box<dyn FnOnce(&T) + Send> = Box::new(change);
        self.waiting.get().with_room(
            |waiting| waiting,
            |waiting| {
                waiting.insert(number, change);
                self.any.store(true, Ordering::Relaxed);
            },
        );
    }

    /// Forgets the change of this number; whether it was still waiting.
    pub(super) fn cancel(&'static self, number: u64) -> bool {
        let change = self.waiting.get().with(|waiting| {
            let change = waiting.remove(&number);
            self.any.store(!waiting.is_empty(), Ordering::Relaxed);
            change
        });
        change.is_some()
    }

    /// Makes all changes, in the order in which they came, in stats that have a file.
    pub(super) fn apply(&'static self, stats: &T) {
        if self.is_empty() {
            return;
        }
        // Taken out under the lock, so that each is made once; made without it, for they are the
        // program's own code.
        let waiting = self.waiting.get().with(|waiting| {
            self.any.store(false, Ordering::Relaxed);
            mem::take(waiting)
        });
        let mut waiting: Vec<_> = waiting.into_iter().collect();
        waiting.sort_unstable_by_key(|(number, _)| *number);
        for (_, change) in waiting {
            contained(|| change(stats));
        }
    }

    /// For a child after its fork: they are its parent's. Async-signal-safe.
    pub(super) fn forget(&self) {
        self.any.store(false, Ordering::Relaxed);
        self.waiting.forget();
    }
}

/// Calls the program's own code where nothing may panic: what it gives, unless it panicked.
#[inline]
pub(super) fn contained<R>(action: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(action)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // To drop it may panic as well.
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

    fn keep(kept: &'static Kept<Log>, change: impl FnOnce(&Log) + Send + 'static) -> u64 {
        let number = kept.number();
        kept.keep_as(number, change);
        number
    }

    #[test]
    fn each_is_made_once_in_its_order_unless_it_was_cancelled() {
        static KEPT: Kept<Log> = Kept::new();
        let log = Log::default();
        let numbers: Vec<_> = (0..5).map(|n| keep(&KEPT, push(n))).collect();
        assert_eq!(KEPT.len(), 5);
        assert!(KEPT.cancel(numbers[3]) && !KEPT.cancel(numbers[3]));
        KEPT.apply(&log);
        assert!(KEPT.is_empty() && !KEPT.cancel(numbers[0]));
        KEPT.apply(&log);
        assert_eq!(*log.borrow(), [0, 1, 2, 4]);
        let last = keep(&KEPT, push(5));
        assert!(KEPT.cancel(last) && KEPT.is_empty());
    }

    #[test]
    fn a_panic_in_one_leaves_the_others() {
        static KEPT: Kept<Log> = Kept::new();
        let log = Log::default();
        keep(&KEPT, |_: &Log| panic!("in the program's own code"));
        keep(&KEPT, push(1));
        KEPT.apply(&log);
        assert_eq!(*log.borrow(), [1]);
    }
}
