//! What a recording has in it.

mod gather;

use std::time::{Duration, SystemTime};

pub use self::gather::gather;
use crate::store::clock::Reason;
use crate::store::error::RecordingError;

/// What a recording has in it, from [`Recording::info`](crate::Recording::info).
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Info {
    /// The release of mmstats that wrote it last.
    pub version: Option<String>,
    /// The name of the host.
    pub host: Option<String>,
    /// The time between two polls, as it is meant to be.
    pub interval: Option<Duration>,
    /// Whether it was written by a machine of the other byte order. Then it can only be
    /// [cut](crate::Recording::cut).
    pub is_other_byte_order: bool,
    /// The wall times of the first poll and of the last one, in recorded order.
    pub bounds: Option<(SystemTime, SystemTime)>,
    /// How many polls there are.
    pub polls: u64,
    /// In recorded order.
    pub stretches: Vec<Stretch>,
    /// How many writers there are: files, each as long as it has one structure.
    pub writers: u64,
    /// How many labels they have, each counted once; 0 for a recording of the other byte order.
    pub stats: u64,
    /// Where the bytes are.
    pub sizes: Sizes,
    /// What is damaged.
    pub damages: Vec<RecordingError>,
}

/// Polls without a gap and without a step of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stretch {
    /// Why it began; `None` if that isn't known, as what was before is missing or damaged.
    pub reason: Option<Reason>,
    /// The wall time of its first poll.
    pub first: SystemTime,
    /// The wall time of its last poll.
    pub last: SystemTime,
    /// How many polls it has.
    pub polls: u64,
    /// How much time passed since the stretch before, whatever the system's clock says: from its last
    /// poll to the first one of this stretch. `None` for the first stretch.
    pub passed: Option<Duration>,
}

impl Stretch {
    /// Whether an unknown time without polls lies before it.
    pub fn is_after_gap(&self) -> bool {
        self.passed.is_some() && self.reason.is_none_or(Reason::is_gap)
    }
}

/// Where the bytes of a recording are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sizes {
    /// The file.
    pub file: u64,
    /// The write-ahead log beside it.
    pub log: u64,
    /// Blocks: what spans changed.
    pub blocks: u64,
    /// Roll-ups of spans.
    pub roll_ups: u64,
    /// What polls changed that isn't in blocks yet.
    pub recent: u64,
    /// The structures of files.
    pub structures: u64,
    /// What became of files between polls.
    pub events: u64,
    /// When polls were.
    pub times: u64,
}
