//! What is done when a thread ends.

use std::mem;

use super::quiet::Quiet;

/// Something to do when a thread ends.
pub(super) trait AtThreadEnd {
    fn thread_ends(&'static self);
}

/// The one thread-local with a destructor: the slots have none, so that they cost one load.
struct ThreadEnd(Quiet<Vec<&'static dyn AtThreadEnd>>);

thread_local! {
    static THREAD_END: ThreadEnd = const { ThreadEnd(Quiet::new(Vec::new())) };
}

/// Has `ends` called when this thread ends; `false` if it is too late for that.
pub(super) fn at_thread_end(ends: &'static dyn AtThreadEnd) -> bool {
    let enlist = |guard: &ThreadEnd| guard.0.with_room(|list| list, |list| list.push(ends));
    THREAD_END.try_with(enlist).is_ok()
}

impl Drop for ThreadEnd {
    fn drop(&mut self) {
        for ends in self.0.with(mem::take) {
            ends.thread_ends();
        }
    }
}
