//! What the guards share: they belong to one process, their changes are made in whichever thread
//! they end, and no change is lost if that thread has no file.

use super::deferred::catch_panic;
use super::{MmStats, PerThread};
use crate::memory::Generation;

/// The static of a guard, and the process that created the guard.
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

    /// The static; `None` in a forked child, because the guard's change belongs to the parent.
    #[inline]
    pub(super) fn get(&self) -> Option<&'static PerThread<T>> {
        (self.process == Generation::get()).then_some(self.stats)
    }
}

/// Makes a change in this thread's instance or, if others see none, defers it; gives the change
/// back if `limit` changes are already deferred.
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
    // The options can panic there: they are the program's own code.
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
