//! What can go wrong when stats are declared, created and added.

use std::path::PathBuf;
use std::{fmt, io};

use nix::errno::Errno;

use crate::format::{Aggregate, cut, write_sources};

/// Why a stats file could not be created.
///
/// Displays without its [source](std::error::Error::source); the alternate form (`{:#}`) adds the
/// source.
#[derive(Debug)]
#[non_exhaustive]
pub enum CreateError {
    /// A field's declaration is invalid.
    Declaration {
        /// The field's whole label.
        label: String,
        /// What is wrong.
        source: DeclareError,
    },
    /// The template of the path or of the file name has an unknown placeholder.
    Placeholder {
        /// The template.
        template: String,
        /// The placeholder, with its delimiters.
        found: String,
    },
    /// The file name contains a slash or a NUL, or is empty or `.` or `..`.
    FileName {
        /// The name, with placeholders filled in.
        found: String,
    },
    /// The fields take more than the 4 GiB that a file can have.
    TooLarge {
        /// The bytes that the fields take.
        needed: usize,
    },
    /// The process may not create files of that size: its limit `RLIMIT_FSIZE` (`ulimit -f`) is
    /// smaller. The operating system's error for it is `EFBIG`.
    FileSizeLimit {
        /// The directory of the file.
        path: PathBuf,
        /// The size of the file in bytes.
        needed: usize,
        /// The limit in bytes.
        limit: u64,
    },
    /// All numbered variants of this file name are taken.
    NamesExhausted {
        /// The last one tried.
        path: PathBuf,
    },
    /// The operating system refused a step.
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The step: "create a file in", "reserve space for a file in", …
        step: &'static str,
        /// Its error.
        source: io::Error,
    },
}

/// Why a field can't be declared.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DeclareError {
    /// The label is empty, which would end the fields.
    EmptyLabel,
    /// The label is too long; with its prefix it may have up to 65,535 bytes.
    LabelTooLong {
        /// Its size in bytes.
        found: usize,
        /// The maximum size here.
        limit: usize,
    },
    /// Another field has this label.
    DuplicateLabel,
    /// The key of a dimension is empty, or `overflow`, which is reserved.
    Key {
        /// The key.
        found: String,
    },
    /// Two dimensions have this key.
    DuplicateKey {
        /// The key.
        found: String,
    },
    /// The limit on a family's series is 0, or more than a process can have.
    Series {
        /// The number of series.
        found: usize,
        /// The maximum here.
        limit: usize,
    },
    /// A fixed value lacks its value: `initial`.
    NoValue,
    /// The window has no values, or more than 2²⁴.
    Window {
        /// The number of values.
        found: usize,
    },
    /// The window is shorter than 60 nanoseconds, or 2⁶⁴ seconds or longer.
    Span {
        /// The seconds.
        found: f64,
    },
    /// The size of a text is 0, or more than 2²⁴ bytes.
    Size {
        /// The size.
        found: usize,
    },
    /// A histogram's relative error is not a number from 2⁻¹⁷ to 0.5.
    RelativeError {
        /// The error.
        found: f64,
    },
    /// The aggregate of an up-down counter is not the sum.
    Aggregate {
        /// The declared aggregate.
        found: Aggregate,
    },
}

/// Why a field couldn't be added to a live file.
///
/// Its alternate form (`{:#}`) adds the [source](std::error::Error::source).
#[derive(Debug)]
#[non_exhaustive]
pub enum AddError {
    /// The field's declaration is invalid.
    Declaration {
        /// The field's whole label.
        label: String,
        /// What is wrong.
        source: DeclareError,
    },
    /// The file doesn't have enough free space; `Options::capacity` reserves more.
    NoFreeSpace {
        /// The field's whole label.
        label: String,
        /// The file; `None` if the stats are in private memory.
        path: Option<PathBuf>,
        /// The bytes that the field takes, with its index entry.
        needed: usize,
        /// The bytes that are left.
        left: usize,
    },
    /// Another field is being added to the same stats: an allocation on the way called a global
    /// allocator that adds a field itself.
    Busy,
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declaration { label, .. } => declaration(f, label),
            Self::Placeholder { template, found } => write!(
                f,
                "unknown placeholder '{found}' in '{template}'; known are {{CMD}} {{PID}} {{TID}} \
                 {{HOST}} {{STRUCT}} and the older %PID% %TID%"
            ),
            Self::FileName { found } => {
                write!(
                    f,
                    "'{}' is not a valid file name: it must not be empty, '.' or '..', or contain \
                     '/' or NUL",
                    found.escape_debug()
                )
            }
            Self::TooLarge { needed } => {
                write!(f, "the fields take {needed} bytes, limit 4 GiB")
            }
            Self::FileSizeLimit { path, needed, limit } => write!(
                f,
                "can't create a file of {needed} bytes in {}: the process's limit on the size of \
                 files (RLIMIT_FSIZE, `ulimit -f`) is {limit}: {}",
                path.display(),
                io::Error::from(Errno::EFBIG)
            ),
            Self::NamesExhausted { path } => {
                write!(
                    f,
                    "{}: this name and its variants up to number 9999 are taken",
                    path.display()
                )
            }
            Self::Io { path, step, .. } => write!(f, "can't {step} {}", path.display()),
        }?;
        write_sources(self, f)
    }
}

impl fmt::Display for DeclareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyLabel => f.write_str("the label is empty, expected 1 to 65535 bytes"),
            Self::LabelTooLong { found, limit } => {
                write!(f, "the label has {found} bytes, expected 1 to {limit}")
            }
            Self::DuplicateLabel => f.write_str("another field has this label"),
            Self::Key { found } if found.is_empty() => {
                f.write_str("the key of a dimension is empty")
            }
            Self::Key { found } => {
                write!(f, "the key '{}' of a dimension is reserved", found.escape_debug())
            }
            Self::DuplicateKey { found } => {
                write!(f, "two dimensions have the key '{}'", found.escape_debug())
            }
            Self::Series { found, limit } => {
                write!(f, "{found} series, expected 1 to {limit}")
            }
            Self::NoValue => f.write_str("a fixed value needs `initial`"),
            Self::Window { found } => {
                write!(f, "a window of {found} values, expected 1 to 16777216")
            }
            Self::Span { found } => {
                write!(f, "a window of {found} seconds, expected 0.00000006 to 1.8e19")
            }
            Self::Size { found } => {
                write!(f, "a text of {found} bytes, expected 1 to 16777216")
            }
            Self::RelativeError { found } => {
                write!(f, "a relative error of {found}, expected 0.0000077 to 0.5")
            }
            Self::Aggregate { found } => {
                write!(f, "the aggregate {found} for an up-down counter, expected sum")
            }
        }
    }
}

impl fmt::Display for AddError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declaration { label, .. } => declaration(f, label),
            Self::NoFreeSpace { label, path, needed, left } => {
                if let Some(path) = path {
                    write!(f, "{}: ", path.display())?;
                }
                write!(
                    f,
                    "not enough free space for '{}': {needed} bytes needed, {left} left; \
                     `capacity` reserves more when the file is created",
                    label.escape_debug()
                )
            }
            Self::Busy => f.write_str("another field is being added to the same stats"),
        }?;
        write_sources(self, f)
    }
}

fn declaration(f: &mut fmt::Formatter<'_>, label: &str) -> fmt::Result {
    const SHOWN: usize = 80;
    let shown = cut(label, SHOWN);
    let more = if shown.len() < label.len() { "…" } else { "" };
    write!(f, "stat '{}{more}' can't be declared", shown.escape_debug())
}

impl std::error::Error for DeclareError {}

impl std::error::Error for CreateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Declaration { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl std::error::Error for AddError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Declaration { source, .. } => Some(source),
            _ => None,
        }
    }
}
