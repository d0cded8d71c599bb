//! What changed between two polls.

use std::path::PathBuf;
use std::time::Duration;

use mmstats::{FileEvent, Verdict};

use super::catalog::LabelId;
use super::measurement::Measurement;

/// What changed between two polls, in the files that take part.
#[derive(Debug)]
pub struct Sample {
    /// The Unix time of the later poll, in seconds.
    pub time: f64,
    /// The time between the polls, by a clock that nobody sets.
    pub interval: Duration,
    /// The files of the later poll, and those that were removed since the earlier one.
    pub files: Vec<FileSample>,
    /// Files that appeared, disappeared, or have another writer now.
    pub events: Vec<(PathBuf, FileEvent)>,
}

/// What changed in one file.
#[derive(Debug)]
pub struct FileSample {
    /// Where it is, or was.
    pub path: PathBuf,
    /// What became of it.
    pub state: FileState,
    /// By the label in whose column it has a part; several if series are added up.
    pub measurements: Vec<(LabelId, Measurement)>,
}

/// Whether a file's gauges and texts still hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The file is there; whether its program is alive.
    Present(Verdict),
    /// The file is gone. What it counted last is new, once.
    Removed,
}

impl FileState {
    /// Whether nobody can change the file any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Removed | Self::Present(Verdict::Dead))
    }
}
