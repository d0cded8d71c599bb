//! Why a recording can't be written or read.

use std::fmt;
use std::io::{self, ErrorKind};

use mmstats_sqlite::OpenError;
use rusqlite::ErrorCode;

/// Why a recording can't be written, or a part of it can't be read.
///
/// Displays the reason in one line; who opens a file names it.
#[derive(Debug)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file can't be opened.
    Open(OpenError),
    /// SQLite can't read or write.
    Sqlite(rusqlite::Error),
    /// The kernel doesn't say what is recorded with each poll.
    Clock(io::Error),
    /// A time outside the years 1 to 9999, or a poll with more than can be numbered.
    OutOfRange(&'static str),
    /// Written by a machine of the other byte order.
    OtherByteOrder,
    /// A row that nobody wrote like this.
    Damaged(Damage),
    /// The files at one moment take more memory than is allowed.
    TooLarge {
        /// How many bytes they need at least.
        needed: u64,
        /// The limit in bytes.
        limit: u64,
    },
}

/// A damaged row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub key: i64,
    /// What is wrong.
    pub what: String,
}

impl RecordingError {
    pub(crate) fn damaged(table: &'static str, key: i64, what: impl Into<String>) -> Self {
        Self::Damaged(Damage { table, key, what: what.into() })
    }
}

impl RecordingError {
    /// Whether reading was cancelled, as it took too long or the recording was closed.
    pub fn is_cancelled(&self) -> bool {
        let (Self::Sqlite(error) | Self::Open(OpenError::Sqlite(error))) = self else {
            return false;
        };
        error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
    }

    /// Whether the operating system doesn't let this process write there: perhaps it can read.
    pub fn is_read_only(&self) -> bool {
        match self {
            Self::Open(OpenError::Io(error) | OpenError::LockFile(error)) => {
                matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
            }
            _ => false,
        }
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Sqlite(error) => error.fmt(f),
            Self::Clock(error) => write!(f, "can't read the boot id or the boot time: {error}"),
            Self::OutOfRange(what) => write!(f, "out of range: {what}"),
            Self::OtherByteOrder => f.write_str("from a machine of the other byte order"),
            Self::Damaged(Damage { table, key, what }) => {
                write!(f, "damaged row {key} of {table}: {}", what.escape_debug())
            }
            Self::TooLarge { needed, limit } => {
                write!(f, "the files of a moment take {needed} bytes or more, limit {limit}")
            }
        }
    }
}

impl std::error::Error for RecordingError {}

impl From<OpenError> for RecordingError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<rusqlite::Error> for RecordingError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}
