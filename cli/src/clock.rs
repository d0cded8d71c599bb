//! The present.

use std::time::SystemTime;

/// The present, as Unix time in seconds.
pub fn now() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0.0, |since| since.as_secs_f64())
}
