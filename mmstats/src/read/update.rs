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
    /// A file and what is known about its writer, as at a poll.
    pub fn new(file: StatsFile, life: Life) -> Self {
        Self { file, life }
    }

    /// The stats.
    pub fn file(&self) -> &StatsFile {
        &self.file
    }

    /// Whether the writer still publishes.
    pub fn life(&self) -> &Life {
        &self.life
    }

    /// The stats, to take those of another moment: see [`StatsFile::set_words`].
    pub fn file_mut(&mut self) -> &mut StatsFile {
        &mut self.file
    }

    /// Says whether the writer publishes at another moment.
    pub fn set_life(&mut self, life: Life) {
        self.life = life;
    }
}

/// What an [`Update`] is made of that comes from elsewhere than a [`Watch`](crate::Watch), such as from
/// a recording. Each field is what the method of `Update` with its name returns.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use mmstats::{Changes, Life, StatsFile, Update, UpdateParts, Verdict, WatchedFile};
///
/// let jobs = |count| {
///     let file = StatsFile::from_bytes("jobs", [b"\x01\x04\0jobs\x01\0B\x01", &[count, 0][..]].concat())?;
///     Ok::<_, mmstats::ReadError>(WatchedFile::new(file, Life::new(Verdict::Alive, "recorded")))
/// };
/// let mut changes = Changes::new();
/// for (second, count) in [(0, 7), (1, 9), (60, 12)] {
///     let file = jobs(count)?;
///     let mut parts = UpdateParts::new(Duration::from_secs(second), SystemTime::UNIX_EPOCH);
///     parts.files.push(&file);
///     parts.after_gap = second == 60;
///     changes.advance(&Update::from(parts));
/// }
/// assert_eq!(changes.interval(), Duration::ZERO);
/// # Ok::<(), mmstats::ReadError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UpdateParts<'a> {
    /// The files that could be read, in any order.
    pub files: Vec<&'a WatchedFile>,
    /// Those of them that are new, in any order.
    pub added: Vec<&'a WatchedFile>,
    /// The files that are gone, with their final values.
    pub removed: &'a [WatchedFile],
    /// The errors that the update before didn't have.
    pub errors: Vec<&'a ReadError>,
    /// All errors.
    pub all_errors: Vec<&'a ReadError>,
    /// The paths and patterns that were searched.
    pub locations: &'a [String],
    /// When the poll began: the time since any moment, by a clock that nobody sets. Behind a gap it may
    /// be another moment.
    pub monotonic: Duration,
    /// The same by the system's clock.
    pub wall: SystemTime,
    /// Whether an unknown time without polls lies before it.
    pub after_gap: bool,
}

impl UpdateParts<'_> {
    /// Nothing at these times, and no gap before.
    pub fn new(monotonic: Duration, wall: SystemTime) -> Self {
        Self {
            files: Vec::new(),
            added: Vec::new(),
            removed: &[],
            errors: Vec::new(),
            all_errors: Vec::new(),
            locations: &[],
            monotonic,
            wall,
            after_gap: false,
        }
    }
}

impl<'a> From<UpdateParts<'a>> for Update<'a> {
    fn from(mut parts: UpdateParts<'a>) -> Self {
        let by_path = |one: &&WatchedFile, other: &&WatchedFile| {
            one.file.path().as_os_str().cmp(other.file.path().as_os_str())
        };
        parts.files.sort_by(by_path);
        parts.added.sort_by(by_path);
        Self { parts }
    }
}

/// The files at one poll, and what became of them since the poll before.
///
/// Files are sorted by the bytes of their paths.
#[derive(Debug)]
pub struct Update<'a> {
    /// The files are sorted.
    pub(super) parts: UpdateParts<'a>,
}

impl<'a> Update<'a> {
    /// The files that could be read.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &'a WatchedFile> {
        self.parts.files.iter().copied()
    }

    /// Those of [`files`](Self::files) that are new: at the first poll, all.
    pub fn added(&self) -> impl ExactSizeIterator<Item = &'a WatchedFile> {
        self.parts.added.iter().copied()
    }

    /// The files that are gone, or whose path has another file now, with their final values.
    pub fn removed(&self) -> &'a [WatchedFile] {
        self.parts.removed
    }

    /// The errors that the previous poll didn't have, or that have another reason now.
    pub fn errors(&self) -> impl ExactSizeIterator<Item = &'a ReadError> {
        self.parts.errors.iter().copied()
    }

    /// All errors at this poll: files that can't be read, or not to their end, locations that don't
    /// exist, directories that can't be listed.
    pub fn all_errors(&self) -> impl ExactSizeIterator<Item = &'a ReadError> {
        self.parts.all_errors.iter().copied()
    }

    /// The paths and patterns that were searched.
    pub fn locations(&self) -> &'a [String] {
        self.parts.locations
    }

    /// When the poll began: the time since the first poll began, by a clock that nobody sets.
    pub fn monotonic(&self) -> Duration {
        self.parts.monotonic
    }

    /// The same by the system's clock, which may be set.
    pub fn wall(&self) -> SystemTime {
        self.parts.wall
    }

    /// Whether an unknown time without polls lies before this one, as in a recording that was
    /// stopped and continued. Nothing is known to have changed since the poll before.
    pub fn after_gap(&self) -> bool {
        self.parts.after_gap
    }
}
