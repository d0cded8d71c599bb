//! How the threads of a process wait for each other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is waited for. The lock is held for a few instructions only.
#[derive(Debug, Default)]
pub(super) struct Wake {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The thread that empties queues waits until there is something.
    is_idle: bool,
    /// When the sender was dropped, queues are emptied until then.
    ends: Option<Instant>,
    /// The configuration is to be read again.
    reload: bool,
    /// The thread that empties queues has ended.
    has_ended: bool,
}

impl Wake {
    /// Something was queued, or an address was found.
    pub(super) fn work(&self) {
        let was_idle = std::mem::take(&mut self.lock().is_idle);
        if was_idle {
            self.changed.notify_all();
        }
    }

    /// Something changed that others wait for.
    pub(super) fn changed(&self) {
        // Locked, so that nobody misses it between a check and a wait.
        drop(self.lock());
        self.changed.notify_all();
    }

    /// To be called before a look for work.
    pub(super) fn look_for_work(&self) {
        self.lock().is_idle = true;
    }

    /// Waits until there is work, the sender is dropped (unless that is known: `ends`), or the time
    /// is over.
    pub(super) fn wait_for_work(&self, timeout: Option<Duration>, ends: Option<Instant>) {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        self.wait_until(deadline, |state| !state.is_idle || state.ends != ends);
    }

    /// Waits until `deadline`, if there is one, the configuration is to be read again, or the sender is dropped; returns
    /// whether it is.
    pub(super) fn pause(&self, deadline: Option<Instant>) -> bool {
        self.wait_until(deadline, |state| state.ends.is_some() || state.reload);
        self.ends().is_some()
    }

    /// Asks for the configuration to be read again.
    pub(super) fn reload(&self) {
        self.lock().reload = true;
        self.changed.notify_all();
    }

    /// Whether that was asked since the last call.
    pub(super) fn take_reload(&self) -> bool {
        std::mem::take(&mut self.lock().reload)
    }

    /// Waits until `condition` holds, which is asked with a lock held, or `deadline`, if there is one, is
    /// over.
    pub(super) fn wait_for(&self, deadline: Option<Instant>, condition: impl Fn() -> bool) {
        self.wait_until(deadline, |_| condition());
    }

    /// Makes the other threads end, at `deadline` at the latest.
    pub(super) fn end(&self, deadline: Instant) {
        self.lock().ends = Some(deadline);
        self.changed.notify_all();
    }

    /// When the threads have to end.
    pub(super) fn ends(&self) -> Option<Instant> {
        self.lock().ends
    }

    /// The thread that empties queues has ended.
    pub(super) fn set_ended(&self) {
        self.lock().has_ended = true;
        self.changed.notify_all();
    }

    /// Waits for that.
    pub(super) fn wait_for_end(&self, deadline: Instant) {
        self.wait_until(Some(deadline), |state| state.has_ended);
    }

    /// Waits until `condition` holds or `deadline`, if there is one, is over.
    fn wait_until(&self, deadline: Option<Instant>, condition: impl Fn(&State) -> bool) {
        let mut state = self.lock();
        while !condition(&state) {
            let Some(deadline) = deadline else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Nobody panics while it is locked.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
