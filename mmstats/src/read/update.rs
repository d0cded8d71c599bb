//! The files at one poll, and what became of them since the poll before.

use std::time::{Duration, SystemTime};

use super::StatsFile;
use crate::file::{Life, ReadError};

/// A file at one poll.
///
/// Clones are cheap: they share their memory.
#[derive(Clone, Debug)]
pub struct WatchedFile {
    pub(super) file: StatsFile,
    pub(super) life: Life,
}

impl WatchedFile {
    /// The stats.
    pub fn file(&self) -> &StatsFile {
        &self.file
    }

    /// Whether the writer still publishes.
    pub fn life(&self) -> &Life {
        &self.life
    }
}

/// The files at one poll, and what became of them since the poll before.
///
/// Files are sorted by the bytes of their paths.
#[derive(Debug)]
pub struct Update<'a> {
    pub(super) files: Vec<&'a WatchedFile>,
    pub(super) added: Vec<&'a WatchedFile>,
    pub(super) removed: &'a [WatchedFile],
    pub(super) errors: Vec<&'a ReadError>,
    pub(super) all_errors: Vec<&'a ReadError>,
    pub(super) locations: &'a [String],
    pub(super) monotonic: Duration,
    pub(super) wall: SystemTime,
    pub(super) after_gap: bool,
}

impl<'a> Update<'a> {
    /// The files that could be read.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &'a WatchedFile> {
        self.files.iter().copied()
    }

    /// Those of [`files`](Self::files) that are new: at the first poll, all.
    pub fn added(&self) -> impl ExactSizeIterator<Item = &'a WatchedFile> {
        self.added.iter().copied()
    }

    /// The files that are gone, or whose path has another file now, with their final values.
    pub fn removed(&self) -> &'a [WatchedFile] {
        self.removed
    }

    /// The errors that the previous poll didn't have, or that have another reason now.
    pub fn errors(&self) -> impl ExactSizeIterator<Item = &'a ReadError> {
        self.errors.iter().copied()
    }

    /// All errors at this poll: files that can't be read, or not to their end, locations that don't
    /// exist, directories that can't be listed.
    pub fn all_errors(&self) -> impl ExactSizeIterator<Item = &'a ReadError> {
        self.all_errors.iter().copied()
    }

    /// The paths and patterns that were searched.
    pub fn locations(&self) -> &'a [String] {
        self.locations
    }

    /// When the poll began: the time since the first poll began, by a clock that nobody sets.
    pub fn monotonic(&self) -> Duration {
        self.monotonic
    }

    /// The same by the system's clock, which may be set.
    pub fn wall(&self) -> SystemTime {
        self.wall
    }

    /// Whether an unknown time without polls lies before this one, as in a recording that was
    /// stopped and continued. Nothing is known to have changed since the poll before.
    pub fn after_gap(&self) -> bool {
        self.after_gap
    }
}
