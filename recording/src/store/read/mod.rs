//! Reading a recording.

mod at;
mod blocks;
pub(super) mod budget;
mod cut;
mod history;
mod info;
mod lives;
mod loaded;
mod located;
mod rolled_up;
pub(super) mod scan;
mod state;
mod structures;
mod updates;
pub(super) mod writers;

use std::ops::RangeBounds;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mmstats_sqlite::Readers;

pub use self::at::Snapshot;
pub use self::cut::Cut;
pub use self::history::{Histories, HistoryPoint, HistoryQuery, HistoryWriter, Step};
pub use self::info::{Info, Sizes, Stretch};
pub use self::lives::WriterLife;
pub use self::updates::Updates;
use crate::store::about;
use crate::store::error::RecordingError;
use crate::store::schema::APPLICATION;

/// How long a span may take to be read.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A recording that is read, perhaps while it is written.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    readers: Readers,
}

impl Recording {
    /// Opens a recording. Not for a file that this process records at the same time.
    ///
    /// Its directory needn't be writable: see [`copy`](Self::copy).
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read or copied, or isn't a recording of this version. One
    /// of the other byte order can only be described by [`info`](Self::info) and [`cut`](Self::cut).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let readers = Readers::open(path.as_ref(), &APPLICATION, TIMEOUT)?;
        Ok(Self { path: path.as_ref().to_owned(), readers })
    }

    /// A recording that this process records.
    pub(in crate::store) fn of_recorder(path: PathBuf) -> Self {
        let readers = Readers::new(path.clone(), &APPLICATION, TIMEOUT);
        Self { path, readers }
    }

    /// Ends what is being read and closes the file, so that its recorder can end in order. What is read
    /// from then on is an error.
    pub fn close(&self) {
        self.readers.close();
    }

    /// The directory with a copy that is read instead of the file, as nothing can be written beside it
    /// and its last polls are only in its write-ahead log. The copy is private, doesn't grow with the
    /// file, and is removed when this is dropped.
    pub fn copy(&self) -> Option<&Path> {
        self.readers.copy()
    }

    /// What the polls in this time found, in the order in which they were recorded: the updates that
    /// [`Watch::poll`](mmstats::Watch::poll) gave. Times are those of the system's clock; if it was set
    /// back, both polls at a time are there.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read, or the byte order is another.
    pub fn updates(
        &self,
        range: impl RangeBounds<SystemTime>,
    ) -> Result<Updates<'_>, RecordingError> {
        self.check_byte_order()?;
        Updates::new(&self.readers, &range)
    }

    /// The wall times of the first poll and of the last one, in the order in which they were recorded;
    /// `None` if there is none. Where the clock was set back, the last one isn't the latest.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read.
    pub fn bounds(&self) -> Result<Option<(SystemTime, SystemTime)>, RecordingError> {
        let found = self.readers.query(|transaction| located::bounds(transaction));
        found.map_err(|error| scan::in_table(error, "spans", 0))
    }

    /// What the last poll at or before a time found; `None` if all polls are later.
    ///
    /// Of a wall time that occurs twice, as the clock was set back, the later recorded counts. At a
    /// time without polls it is the last poll before it, and [`Snapshot::gap`] says so.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read, what is needed for the poll is damaged, or the byte order
    /// is another.
    pub fn at(&self, wall: SystemTime) -> Result<Option<Snapshot>, RecordingError> {
        self.check_byte_order()?;
        at::snapshot(&self.readers, wall)
    }

    /// What stats were over time: calls `visit` with each writer and step that has polls. The points of
    /// a writer's stat come in the order of the steps; those of several writers are mixed.
    ///
    /// If a step is at least as long as 60 polls, roll-ups are read, which have minutes alone; else what
    /// was polled, as long as it is kept.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read, the byte order is another, or the writers with these stats
    /// take more memory than is allowed. What is damaged is listed in [`Histories::errors`].
    pub fn visit_histories(
        &self,
        query: &HistoryQuery<'_>,
        mut visit: impl FnMut(&HistoryPoint<'_>),
    ) -> Result<Histories, RecordingError> {
        self.check_byte_order()?;
        history::visit(&self.readers, query, &mut visit)
    }

    /// Which files were there in a time, and when their programs died: calls `visit` with each as long as
    /// it had one structure. Returns what is damaged, which is left out.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read, or the byte order is another.
    pub fn visit_lives(
        &self,
        range: impl RangeBounds<SystemTime>,
        mut visit: impl FnMut(&WriterLife<'_>),
    ) -> Result<Vec<RecordingError>, RecordingError> {
        self.check_byte_order()?;
        lives::visit(&self.readers, &range, &mut visit)
    }

    /// What is in the recording. Reads all and checks each row, span by span, so that it doesn't stop
    /// whoever writes it.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read. What is damaged is listed in [`Info::damages`].
    pub fn info(&self) -> Result<Info, RecordingError> {
        info::gather(&self.readers, &self.path)
    }

    /// Copies the polls of a time into a new recording, which is a single file, and what is needed to
    /// read them: polls before the first one, back to one that says everything. What is damaged is left
    /// out, so all of a recording can be cut in order to get a whole one.
    ///
    /// # Errors
    ///
    /// Returns an error if the new file exists or can't be written, if no poll is in this time, or if
    /// SQLite can't read. Then no new file is left.
    pub fn cut(
        &self,
        range: impl RangeBounds<SystemTime>,
        into: impl AsRef<Path>,
    ) -> Result<Cut, RecordingError> {
        cut::cut(&self.readers, &range, into.as_ref())
    }

    fn check_byte_order(&self) -> Result<(), RecordingError> {
        self.readers.query(|transaction| about::check(transaction))
    }
}
