//! Ends a run from outside, at once even while it waits for its next row.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Asks a run to end; shared with the thread that runs.
///
/// ```
/// use std::time::{Duration, Instant};
/// use mmstats_tools::pollstats::Stop;
///
/// let stop = Stop::new();
/// std::thread::scope(|threads| {
///     threads.spawn(|| stop.stop());
///     assert!(stop.wait_until(Instant::now() + Duration::from_secs(60)));
/// });
/// ```
#[derive(Debug, Default)]
pub struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Nothing has been asked yet.
    pub const fn new() -> Self {
        Self { stopped: Mutex::new(false), changed: Condvar::new() }
    }

    /// Asks for the end. Whoever waits goes on at once.
    pub fn stop(&self) {
        *self.lock() = true;
        self.changed.notify_all();
    }

    /// Whether the end has been asked for.
    pub fn is_stopped(&self) -> bool {
        *self.lock()
    }

    /// Waits for a moment or for the end; whether it is the end.
    pub fn wait_until(&self, moment: Instant) -> bool {
        let mut stopped = self.lock();
        while !*stopped {
            let left = moment.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(stopped, left);
            stopped = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *stopped
    }

    /// A flag is whole whoever panicked.
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_ends_at_its_moment_or_at_once() {
        let stop = Stop::new();
        let begun = Instant::now();
        assert!(!stop.wait_until(begun + Duration::from_millis(20)));
        assert!(begun.elapsed() >= Duration::from_millis(20));
        thread::scope(|threads| {
            threads.spawn(|| stop.stop());
            assert!(stop.wait_until(Instant::now() + Duration::from_mins(10)));
        });
        assert!(stop.is_stopped());
    }
}
