//! What a recorder reports while it goes on.

use std::collections::HashSet;
use std::fmt;

use crate::store::error::{Damage, RecordingError};

/// A write-ahead log of more bytes is reported.
const LARGE_LOG: u64 = 64 << 20;
/// How many damaged rows are reported.
const MOST: usize = 1_000;

/// What a recorder reports while it goes on, once. Displays it in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The write-ahead log is larger than 64 MiB. It grows as long as one reader reads the same
    /// moment, and shrinks when that one has ended.
    LargeLog {
        /// In bytes.
        size: u64,
    },
    /// Less than 64 MiB are free on the file system. From now on the oldest goes for what is new.
    LittleSpace {
        /// In bytes.
        free: u64,
    },
    /// A row from before the start is damaged. What it says is lost, and all else goes on.
    Damaged(Damage),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LargeLog { size } => {
                write!(f, "the write-ahead log has {size} bytes: is there a reader that hangs?")
            }
            Self::LittleSpace { free } => {
                write!(f, "{free} bytes are free on the file system: the oldest goes for the new")
            }
            Self::Damaged(damage) => RecordingError::Damaged(damage.clone()).fmt(f),
        }
    }
}

/// Notes that nobody has asked for yet, and what has been reported.
#[derive(Debug, Default)]
pub struct Notes {
    new: Vec<Note>,
    is_log_large: bool,
    is_space_little: bool,
    damaged: HashSet<(&'static str, i64)>,
}

impl Notes {
    /// The size of the write-ahead log is known.
    pub fn log(&mut self, size: u64) {
        let is_large = size > LARGE_LOG;
        if is_large && !self.is_log_large {
            self.new.push(Note::LargeLog { size });
        }
        self.is_log_large = is_large;
    }

    /// It is known how much space is free, and whether that is little.
    pub fn space(&mut self, free: u64, is_little: bool) {
        if is_little && !self.is_space_little {
            self.new.push(Note::LittleSpace { free });
        }
        self.is_space_little = is_little;
    }

    /// A row is damaged.
    pub fn damaged(&mut self, damage: Damage) {
        if self.damaged.len() < MOST && self.damaged.insert((damage.table, damage.key)) {
            self.new.push(Note::Damaged(damage));
        }
    }

    pub fn take(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.new)
    }
}
