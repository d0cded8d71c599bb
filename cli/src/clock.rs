//! The current time.

use std::time::SystemTime;

/// The current Unix time in seconds.
pub fn now() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0.0, |since| since.as_secs_f64())
}
