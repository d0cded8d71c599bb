//! Errors of opening.

use std::fmt;
use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why a file can't be opened.
///
/// Displays the reason alone, in one line: who opens a file names it, as it was given and escaped.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The operating system refused: no such file, no permission, a read-only file system.
    Io(io::Error),
    /// The lock file beside it can't be opened for writing.
    LockFile(io::Error),
    /// Another process writes the file.
    InUse {
        /// The name of the program, which is the same.
        by: &'static str,
    },
    /// A directory, a FIFO, a device.
    NotRegular,
    /// On NFS, where this application doesn't write.
    OnNfs,
    /// Something else than a database of SQLite.
    NotADatabase,
    /// There are no tables yet, so there is nothing to read.
    Empty,
    /// A database of another program.
    OtherApplication {
        /// The application id in its header.
        found: i32,
        /// The one that was expected.
        expected: i32,
    },
    /// Tables of another version.
    OtherVersion {
        /// The version in its header.
        found: i32,
        /// The one that this program reads and writes.
        supported: i32,
    },
    /// The right application id and version, but not exactly the tables.
    OtherTables {
        /// The first difference: what was found that wasn't expected, or the other way round.
        difference: String,
    },
    /// Nothing can be written beside it, so it has to be copied, and this part of it can't be.
    Copy {
        /// "the file", or what belongs to it.
        part: &'static str,
        /// Why.
        error: io::Error,
    },
    /// Nothing can be written beside it, so it has to be copied, and there is no room for that.
    NoSpace {
        /// The size of the copy in bytes.
        needed: u64,
        /// What is free.
        free: u64,
        /// The directory for temporary files.
        directory: PathBuf,
    },
    /// Nothing can be written beside it, so nothing is locked, and it was changed by another process.
    Changed,
    /// Any other error of SQLite.
    Sqlite(rusqlite::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::LockFile(error) => write!(f, "can't open its lock file: {error}"),
            Self::InUse { by } => write!(f, "in use by another {by}"),
            Self::NotRegular => f.write_str("not a regular file"),
            Self::OnNfs => f.write_str("on NFS (expected: a local file system)"),
            Self::NotADatabase => f.write_str("file is not a database"),
            Self::Empty => f.write_str("an empty database"),
            Self::OtherApplication { .. } => f.write_str("a database of another program"),
            Self::OtherVersion { found, supported } => {
                write!(f, "unsupported schema version {found} (supported: {supported})")
            }
            Self::OtherTables { difference } => write!(f, "unsupported tables: {difference}"),
            Self::Copy { part, error } => {
                write!(f, "its directory isn't writable, and {part} can't be copied: {error}")
            }
            Self::NoSpace { needed, free, directory } => write!(
                f,
                "its directory isn't writable, and a copy doesn't fit into {}: needed {needed} bytes, \
                 free {free} (TMPDIR names another directory)",
                directory.display()
            ),
            Self::Changed => f.write_str("it was changed while it was read"),
            Self::Sqlite(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase,
            _ => Self::Sqlite(error),
        }
    }
}
