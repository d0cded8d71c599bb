//! The outcome of removing a file if it is dead.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::error::Escaped;
use super::{Life, ReadError, Verdict};
use crate::format::write_sources;

/// The outcome of removing a file if it is dead.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Removal {
    /// Its writer is dead, and the file is gone now.
    Removed {
        /// Why the writer is dead: "pid 4242 is gone".
        reason: Cow<'static, str>,
        /// The writer that the file named.
        pid: Option<u32>,
    },
    /// Its writer is alive; the file stays.
    Alive {
        /// How that is known.
        reason: Cow<'static, str>,
    },
    /// Nothing proves either; the file stays.
    Undecided {
        /// Why neither could be proven.
        reason: Cow<'static, str>,
    },
    /// Somebody else removed it.
    Gone,
}

/// Why a file could not be judged or removed.
#[derive(Debug)]
#[non_exhaustive]
pub enum RemoveError {
    /// It can't be read, or is not a stats file. Displays as the [`ReadError`].
    Read(ReadError),
    /// It is dead, but the operating system refused to remove it.
    Unlink {
        /// The file.
        path: PathBuf,
        /// Its error.
        source: io::Error,
    },
}

impl RemoveError {
    /// The file that stays.
    pub fn path(&self) -> &Path {
        match self {
            Self::Read(error) => error.path(),
            Self::Unlink { path, .. } => path,
        }
    }

    /// The reason without the file, for a message that already names the file.
    pub fn reason(&self) -> String {
        match self {
            Self::Read(error) => error.reason(),
            Self::Unlink { source, .. } => format!("dead, but it can't be removed: {source}"),
        }
    }
}

impl fmt::Display for RemoveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => fmt::Display::fmt(error, f),
            Self::Unlink { path, .. } => {
                write!(f, "{}: dead, but it can't be removed", Escaped(path))?;
                write_sources(self, f)
            }
        }
    }
}

impl std::error::Error for RemoveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(error) => error.source(),
            Self::Unlink { source, .. } => Some(source),
        }
    }
}

impl Removal {
    /// The outcome for a file that isn't dead.
    pub(super) fn refused(Life { verdict, reason }: Life) -> Self {
        match verdict {
            Verdict::Alive => Self::Alive { reason },
            Verdict::Dead | Verdict::Undecided => Self::Undecided { reason },
        }
    }
}
