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
    /// Age counts by the time that passed while the machine was running or suspended; setting the
    /// clock changes nothing. Only from one boot to the next the clock says what passed. What is read
    /// together goes together, so up to an eighth more stays, and one or two times 60 polls.
    pub keep: Duration,
    /// Of what is older, a summary of each 60 polls stays (a roll-up), and not each poll. 6 hours by
    /// default.
    pub fine: Duration,
    /// The size of the file with its write-ahead log in bytes, beyond which the oldest is removed. 1 GiB
    /// by default. Between two polls it may be 16 MiB more. What is being recorded stays in any case.
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
