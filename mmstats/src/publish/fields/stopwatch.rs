//! The clock of all timers.

use std::fmt;
use std::time::Duration;

use quanta::Clock;

use crate::memory::{ForkSafe, Section};

/// A running time on the clock of the timers: for timing something before its
/// [`Timer`](crate::Timer) is known, or on one thread to record it on another.
///
/// ```
/// let watch = mmstats::Stopwatch::start();
/// // what is timed
/// let took = watch.elapsed();
/// ```
#[derive(Clone, Copy)]
pub struct Stopwatch(u64);

impl fmt::Debug for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stopwatch").field(&self.elapsed()).finish()
    }
}

impl Stopwatch {
    /// Starts now. The first call in a process may take some milliseconds: see
    /// [`Timer`](crate::Timer).
    #[inline]
    pub fn start() -> Self {
        Self(clock().raw())
    }

    /// The time since the start.
    #[inline]
    pub fn elapsed(self) -> Duration {
        Duration::from_nanos(self.nanoseconds())
    }

    #[inline]
    fn nanoseconds(self) -> u64 {
        clock().delta_as_nanos(self.0, clock().raw())
    }

    /// The time since the start in seconds.
    #[inline]
    pub(in crate::publish) fn seconds(self) -> f64 {
        self.nanoseconds() as f64 * 1e-9
    }

    /// Calibrates the clock now, not at the first timing.
    pub(super) fn prepare() {
        clock();
    }
}

fn clock() -> &'static Clock {
    static CLOCK: ForkSafe<Calibrated> = ForkSafe::new();
    &CLOCK.get().0
}

#[derive(Debug)]
struct Calibrated(Clock);

impl Default for Calibrated {
    fn default() -> Self {
        // Calibrating takes a lock that a child must not find locked.
        let _section = Section::enter();
        Self(Clock::new())
    }
}
