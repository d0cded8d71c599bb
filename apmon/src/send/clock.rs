//! The clocks, which tests supply.

use std::time::{Duration, Instant, SystemTime};

/// Monotonic time and the time of day.
#[derive(Debug)]
pub(super) enum Clock {
    /// The system's; monotonic time since this moment.
    System(Instant),
    /// A test's: monotonic, and the Unix time at its beginning.
    #[cfg(test)]
    Manual(std::sync::Mutex<Duration>, Duration),
}

impl Clock {
    pub(super) fn system() -> Self {
        Self::System(Instant::now())
    }

    /// Time since some moment that stays.
    pub(super) fn now(&self) -> Duration {
        match self {
            Self::System(start) => start.elapsed(),
            #[cfg(test)]
            Self::Manual(now, _) => *now.lock().unwrap(),
        }
    }

    /// The time of day.
    pub(super) fn time(&self) -> SystemTime {
        match self {
            Self::System(_) => SystemTime::now(),
            #[cfg(test)]
            Self::Manual(now, began) => SystemTime::UNIX_EPOCH + *began + *now.lock().unwrap(),
        }
    }
}
