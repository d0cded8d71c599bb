//! What the guards have in common: they belong to one process, their changes are made in whichever
//! thread they end, and none is lost where that thread has no file.

use super::deferred::catch_panic;
use super::{MmStats, PerThread};
use crate::memory::Generation;

/// The static of a guard, and the process in which it was made.
pub(super) struct Origin<T: MmStats> {
    stats: &'static PerThread<T>,
    process: Generation,
}

impl<T: MmStats> Clone for Origin<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: MmStats> Copy for Origin<T> {}

impl<T: MmStats> Origin<T> {
    #[inline]
    pub(super) fn new(stats: &'static PerThread<T>) -> Self {
        Self { stats, process: Generation::get() }
    }

    /// The static; `None` in a forked child, where what the guard stands for is the parent's.
    #[inline]
    pub(super) fn get(&self) -> Option<&'static PerThread<T>> {
        (self.process == Generation::get()).then_some(self.stats)
    }
}

/// Makes a change in this thread's instance or, if it has none that others see, has the static keep
/// it; gives it back where that keeps `limit` already.
#[cold]
pub(super) fn apply_or_defer<T: MmStats, C>(
    stats: &'static PerThread<T>,
    change: C,
    limit: usize,
) -> Result<(), C>
where
    C: FnOnce(&T) + Send + 'static,
{
    let mut change = Some(change);
    // What can panic there are the options, which are the program's own code.
    catch_panic(|| {
        stats.with_seen(|stats| {
            if let Some(change) = change.take() {
                change(stats);
            }
        })
    });
    match change {
        Some(change) if stats.deferred().len() >= limit => Err(change),
        Some(change) => {
            stats.deferred().defer(stats.deferred().next_id(), change);
            Ok(())
        }
        None => Ok(()),
    }
}
