//! What is recorded, and how much of it stays.

use std::time::Duration;

/// What is recorded about the recorder, and how much of a recording is kept.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The time between two polls, as it is meant to be.
    pub interval: Duration,
    /// What is older is removed. 24 hours by default.
    ///
    /// Age counts by the time that passed while the machine was running or suspended. Setting the
    /// clock changes nothing.
    pub keep: Duration,
    /// Of what is older, one value a minute stays (a roll-up), and not each poll. 6 hours by default.
    pub fine: Duration,
    /// The size of the file with its write-ahead log in bytes, beyond which the oldest is removed. 1 GiB
    /// by default.
    pub max_size: u64,
}

impl Settings {
    /// With polls at this interval, and the defaults for the rest.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            keep: Duration::from_hours(24),
            fine: Duration::from_hours(6),
            max_size: 1 << 30,
        }
    }
}
