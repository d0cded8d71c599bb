//! What became of one file between two updates.

use std::sync::OnceLock;

use super::increase::Increase;
use super::matching::Matching;
use crate::file::Life;
use crate::read::{Stat, StatsFile, WatchedFile};

/// What became of one file since the last update.
#[derive(Debug)]
pub struct FileChange {
    watched: WatchedFile,
    before: Before,
    event: Option<FileEvent>,
    /// Made when it is first needed.
    matching: OnceLock<Matching>,
}

/// What a file's present values are compared with.
#[derive(Debug)]
pub(super) enum Before {
    /// The file was created since the last update: all that it has counted is new.
    Zero,
    /// Nothing is known to be new.
    Baseline,
    /// Its last state.
    File(StatsFile),
}

/// A file that appeared, disappeared, or has another writer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileEvent {
    /// There was no file of this path.
    Added,
    /// The path had a file of another writer.
    Replaced,
    /// The file is gone, or its path has another file now.
    Removed,
}

impl FileChange {
    pub(super) fn new(watched: WatchedFile, before: Before, event: Option<FileEvent>) -> Self {
        Self { watched, before, event, matching: OnceLock::new() }
    }

    /// The file as it is now; one that is removed, as it was last.
    pub fn file(&self) -> &StatsFile {
        self.watched.file()
    }

    /// Whether its writer still publishes.
    pub fn life(&self) -> &Life {
        self.watched.life()
    }

    /// Whether the file appeared, disappeared, or has another writer now; `None` at the first
    /// update, and if it was there before.
    pub fn event(&self) -> Option<FileEvent> {
        self.event
    }

    /// Whether the file is gone. Its increases are the last ones, and its gauges and texts no
    /// longer hold.
    pub fn is_removed(&self) -> bool {
        self.event == Some(FileEvent::Removed)
    }

    /// Whether the file is known to be byte for byte the same as at the last update: no stat has an
    /// increase, and gauges and texts are what they were. Only its [`life`](Self::life) may differ,
    /// and whether it [is removed](Self::is_removed).
    ///
    /// A caller who still has the last results can skip such a file. This costs next to nothing, as
    /// it doesn't compare values: `false` means only that it isn't known.
    pub fn is_unchanged(&self) -> bool {
        match &self.before {
            Before::File(before) => self.file().content().is_same(before.content()),
            Before::Zero | Before::Baseline => false,
        }
    }

    /// What a stat of this [`file`](Self::file) has counted since the last update.
    ///
    /// `None` if it doesn't count: gauges, texts, timestamps, averages without a total, and stats
    /// of other files. The kind is the stat's, or a [guess](Stat::kind_or_guess).
    ///
    /// Stats of several threads or programs are added up by the caller.
    pub fn increase(&self, stat: &Stat<'_>) -> Option<Increase> {
        let index = self.file().content().index_of(stat)?;
        let now = Increase::from_zero(stat)?;
        let before = match &self.before {
            Before::Zero => return Some(now),
            Before::Baseline => return Some(now.nothing()),
            Before::File(_) if self.is_unchanged() => return Some(now.nothing()),
            Before::File(before) => before,
        };
        let matching =
            self.matching.get_or_init(|| Matching::new(self.file().content(), before.content()));
        match matching.earlier(index).and_then(|index| before.content().stat(index)) {
            Some(earlier) => Some(match Increase::from_zero(&earlier) {
                Some(before) => now.since(&before),
                None => now.nothing(),
            }),
            // It may have been beyond the bytes that could be read.
            None if before.problem().is_some() => Some(now.nothing()),
            None => Some(now),
        }
    }

    /// The order of changes: by the bytes of their paths, what is removed before what replaces it.
    pub(super) fn order(&self) -> (&[u8], bool) {
        (self.file().path().as_os_str().as_encoded_bytes(), !self.is_removed())
    }

    pub(super) fn into_file(self) -> StatsFile {
        self.watched.file
    }
}
