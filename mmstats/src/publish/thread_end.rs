//! Actions at the end of a thread.

use std::mem;

use super::no_alloc_mutex::NoAllocMutex;

/// An action to run when a thread ends.
pub(super) trait AtThreadEnd {
    fn thread_ends(&'static self);
}

/// The only thread-local with a destructor: the slots have none, so that they cost one load.
struct ThreadEnd(NoAllocMutex<Vec<&'static dyn AtThreadEnd>>);

thread_local! {
    static THREAD_END: ThreadEnd = const { ThreadEnd(NoAllocMutex::new(Vec::new())) };
}

/// Registers `ends` to be called when this thread ends; `false` if it is too late for that.
pub(super) fn at_thread_end(ends: &'static dyn AtThreadEnd) -> bool {
    let register = |guard: &ThreadEnd| guard.0.with_reserved(|list| list, |list| list.push(ends));
    THREAD_END.try_with(register).is_ok()
}

impl Drop for ThreadEnd {
    fn drop(&mut self) {
        for ends in self.0.with(mem::take) {
            ends.thread_ends();
        }
    }
}
