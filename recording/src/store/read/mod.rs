//! Reading a recording.

mod at;
mod blocks;
mod budget;
mod loaded;
mod located;
mod state;
mod updates;
mod writers;

use std::ops::RangeBounds;
use std::path::Path;
use std::time::{Duration, SystemTime};

use mmstats_sqlite::Readers;

pub use self::at::Snapshot;
pub use self::updates::Updates;
use crate::store::about;
use crate::store::error::RecordingError;
use crate::store::schema::APPLICATION;

/// How long a span may take to be read.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A recording that is read, perhaps while it is written.
#[derive(Debug)]
pub struct Recording {
    readers: Readers,
}

impl Recording {
    /// Opens a recording. Not for a file that this process records at the same time.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, or isn't a recording of this version and byte
    /// order.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let readers = Readers::open(path.as_ref(), &APPLICATION, TIMEOUT)?;
        readers.query(|transaction| about::check(transaction))?;
        Ok(Self { readers })
    }

    /// What the polls in this time found, in the order in which they were recorded: the updates that
    /// [`Watch::poll`](mmstats::Watch::poll) gave. Times are those of the system's clock; if it was set
    /// back, both polls at a time are there.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read.
    pub fn updates(
        &self,
        range: impl RangeBounds<SystemTime>,
    ) -> Result<Updates<'_>, RecordingError> {
        Updates::new(&self.readers, &range)
    }

    /// The wall times of the first poll and of the last one, in the order in which they were recorded;
    /// `None` if there is none. Where the clock was set back, the last one isn't the latest.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read.
    pub fn bounds(&self) -> Result<Option<(SystemTime, SystemTime)>, RecordingError> {
        self.readers.query(|transaction| located::bounds(transaction))
    }

    /// What the last poll at or before a time found; `None` if all polls are later.
    ///
    /// Of a wall time that occurs twice, as the clock was set back, the later recorded counts. At a
    /// time without polls it is the last poll before it, and [`Snapshot::gap`] says so.
    ///
    /// # Errors
    ///
    /// Returns an error if SQLite can't read, or what is needed for the poll is damaged.
    pub fn at(&self, wall: SystemTime) -> Result<Option<Snapshot>, RecordingError> {
        at::snapshot(&self.readers, wall)
    }
}
