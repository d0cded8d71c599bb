//! Why a stats file can't be read.

use std::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};

use crate::format::{Count, FormatError, write_sources};

/// Why a stats file couldn't be read, or only partly.
///
/// Displays as one line that names the file, without its [source](std::error::Error::source); the
/// alternate form (`{:#}`) adds the source. [`reason`](Self::reason) is the alternate form without
/// the file. Control characters in paths and labels are escaped.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The operating system refused to open, inspect or read the file.
    Io {
        /// The file.
        path: PathBuf,
        /// Its error.
        source: io::Error,
    },
    /// Not a regular file: reading a FIFO or a device could block.
    NotRegular {
        /// The file.
        path: PathBuf,
        /// What it is: "a directory", "a FIFO", …
        found: &'static str,
    },
    /// The file belongs to a user whose files were not asked for; nothing of it was read.
    OtherOwner {
        /// The file.
        path: PathBuf,
        /// The user's uid.
        owner: u32,
    },
    /// The file is larger than the limit.
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes; [`ReadOptions::max_size`](crate::ReadOptions::max_size) raises it.
        limit: u64,
    },
    /// With this file, all files together would exceed a limit.
    OverBudget {
        /// The file.
        path: PathBuf,
        /// Which limit it is.
        exceeded: ReadLimit,
        /// The limit over all files; [`ReadBudget`](crate::ReadBudget) raises it.
        limit: u64,
    },
    /// The file was truncated while it was being read.
    CutShort {
        /// The file.
        path: PathBuf,
        /// Its size in bytes when it was opened.
        expected: usize,
        /// How many bytes were left.
        found: usize,
    },
    /// The bytes are not a stats file, or are damaged.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: FormatError,
    },
    /// An error of another time, as [`recorded`](Self::recorded) makes it.
    Recorded {
        /// The file.
        path: PathBuf,
        /// Its [summary](Self::summary).
        summary: String,
        /// Its [reason](Self::reason).
        reason: String,
        /// Whether there [was no such file](Self::is_not_found).
        not_found: bool,
    },
}

/// A limit on all files that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadLimit {
    /// Bytes read, plus the memory that stats take.
    Bytes,
    /// Labels, each counted once.
    Labels,
}

impl ReadLimit {
    const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Labels => "labels",
        }
    }
}

impl ReadError {
    /// Whether there is no such file, because of a wrong path or because it was removed.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
            Self::Recorded { not_found, .. } => *not_found,
            _ => false,
        }
    }

    /// An error that shows the same as another did, of which these texts were kept.
    ///
    /// ```
    /// use mmstats::{ReadError, StatsFile};
    ///
    /// let error = StatsFile::read("/no/such/file").unwrap_err();
    /// let (summary, reason) = (error.summary(), error.reason());
    /// let kept = ReadError::recorded(error.path(), summary, reason, error.is_not_found());
    /// assert_eq!(format!("{kept} {kept:#}"), format!("{error} {error:#}"));
    /// ```
    pub fn recorded(
        path: impl Into<PathBuf>,
        summary: impl Into<String>,
        reason: impl Into<String>,
        is_not_found: bool,
    ) -> Self {
        let (summary, reason) = (summary.into(), reason.into());
        Self::Recorded { path: path.into(), summary, reason, not_found: is_not_found }
    }

    /// The file that couldn't be read.
    pub fn path(&self) -> &Path {
        match self {
            Self::Io { path, .. }
            | Self::NotRegular { path, .. }
            | Self::OtherOwner { path, .. }
            | Self::TooLarge { path, .. }
            | Self::OverBudget { path, .. }
            | Self::CutShort { path, .. }
            | Self::Damaged { path, .. }
            | Self::Recorded { path, .. } => path,
        }
    }

    /// The reason without the file, for a message that already names the file.
    pub fn reason(&self) -> String {
        match self {
            Self::Io { source, .. } => source.to_string(),
            Self::Damaged { source, .. } => format!("{source:#}"),
            Self::Recorded { reason, .. } => reason.clone(),
            _ => self.summary(),
        }
    }

    /// What is wrong, without the file and the source: "can't be parsed".
    pub fn summary(&self) -> String {
        match self {
            Self::Io { .. } => "can't be read".to_owned(),
            Self::Damaged { .. } => "can't be parsed".to_owned(),
            Self::NotRegular { found, .. } => format!("not a stats file but {found}"),
            Self::OtherOwner { owner, .. } => format!("belongs to the user with the uid {owner}"),
            Self::TooLarge { size, limit, .. } => {
                format!("too large: {}, limit {limit}", Count(*size, "byte"))
            }
            Self::OverBudget { exceeded, limit, .. } => {
                let name = exceeded.name();
                format!(
                    "not read: with it, all files have more than {limit} {name} \
                     (--max-{name}, ReadBudget::max_{name})"
                )
            }
            Self::CutShort { expected, found, .. } => format!(
                "cut short while being read: expected {}, found {found}",
                Count(*expected, "byte")
            ),
            Self::Recorded { summary, .. } => summary.clone(),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Escaped(self.path()), self.summary())?;
        if let Self::Recorded { summary, reason, .. } = self
            && f.alternate()
            && summary != reason
        {
            write!(f, ": {reason}")?;
        }
        write_sources(self, f)
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Damaged { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A path for a message, escaped: a file name must not control the terminal.
pub(crate) struct Escaped<'a>(pub &'a Path);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.to_string_lossy().chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_file_and_the_reason_on_one_line() {
        let error = ReadError::TooLarge { path: "/tmp/a\x1b[2J\nb".into(), size: 5, limit: 4 };
        assert_eq!(error.to_string(), r"/tmp/a\u{1b}[2J\nb: too large: 5 bytes, limit 4");
    }
}
