//! What changed in the files between two polls.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mmstats::Verdict;

use super::measurement::Measurement;
use super::snapshot::{FileSnapshot, Snapshot};

/// What changed between two polls.
#[derive(Debug)]
pub struct Changes {
    /// The Unix time of the later poll, in seconds.
    pub time: f64,
    /// The time between the polls, by a clock that nobody sets.
    pub interval: Duration,
    /// The files of the later poll, in the order of their paths.
    pub files: Vec<FileChanges>,
    /// Files that appeared, disappeared, or have another writer now.
    pub events: Vec<FileEvent>,
}

impl Changes {
    /// The changes of a baseline, which shows what rows will look like: nothing is new.
    pub fn of_baseline(baseline: &Snapshot, interval: Duration) -> Self {
        let file = |file: &FileSnapshot| FileChanges {
            path: file.path.clone(),
            life: file.life,
            measurements: file
                .measurements
                .iter()
                .map(|(label, measurement)| (label.clone(), measurement.unchanged()))
                .collect(),
        };
        Self {
            time: baseline.time,
            interval,
            files: baseline.files.iter().map(file).collect(),
            events: Vec::new(),
        }
    }
}

/// What changed in one file.
#[derive(Debug)]
pub struct FileChanges {
    /// Where it is.
    pub path: PathBuf,
    /// Whether its program is alive, if that was asked.
    pub life: Option<Verdict>,
    /// What is new, by label.
    pub measurements: HashMap<String, Measurement>,
}

/// A file that appeared, disappeared, or has another writer now.
#[derive(Debug, PartialEq, Eq)]
pub enum FileEvent {
    Appeared(PathBuf),
    Replaced(PathBuf),
    Disappeared(PathBuf),
}

impl FileEvent {
    /// The file, and what happened to it.
    pub fn describe(&self) -> (&Path, &'static str) {
        match self {
            Self::Appeared(path) => (path, "appeared"),
            Self::Replaced(path) => (path, "has another writer now"),
            Self::Disappeared(path) => (path, "disappeared"),
        }
    }
}
