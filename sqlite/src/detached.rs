//! Reading a file where SQLite can't: in a directory without write permission, on a read-only file
//! system, on NFS. A reader of a file with a write-ahead log needs shared memory beside it.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;
use tempfile::TempDir;

use crate::error::OpenError;

/// How often copying begins again because the file was changed meanwhile.
const ATTEMPTS: usize = 3;
/// The name of a copy in its directory.
const NAME: &str = "copy";

/// What belongs to a database: the suffix of its name, and what it is.
const PARTS: [(&str, &str); 3] =
    [("", "the file"), ("-wal", "its write-ahead log"), ("-journal", "its journal")];

/// A file that is read without anything being written beside it.
#[derive(Debug)]
pub enum Detached {
    /// It is complete by itself. It is read where it is, as long as nobody changes it.
    Whole { path: PathBuf, state: State },
    /// A part of it is in a log. What is read is a copy of both, which is removed when this is dropped.
    Copy { directory: TempDir },
}

impl Detached {
    /// Decides by what is beside the file, and perhaps copies it.
    pub fn new(path: &Path) -> Result<Self, OpenError> {
        // The log is beside the file, not beside a link to it.
        let path = fs::canonicalize(path).map_err(OpenError::Io)?;
        let state = State::of(&path).map_err(|(_, error)| OpenError::Io(error))?;
        if state.is_whole() { Ok(Self::Whole { path, state }) } else { copy(&path) }
    }

    /// The file that is opened.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::Whole { path, .. } => path.clone(),
            Self::Copy { directory } => directory.path().join(NAME),
        }
    }

    /// Where the copy is.
    pub fn copy(&self) -> Option<&Path> {
        match self {
            Self::Whole { .. } => None,
            Self::Copy { directory } => Some(directory.path()),
        }
    }

    /// Rejects a file that was changed since it was opened: what was read may be of different states,
    /// as SQLite locks nothing.
    pub fn check_unchanged(&self) -> Result<(), OpenError> {
        match self {
            Self::Whole { path, state } if State::of(path).ok() != Some(*state) => {
                Err(OpenError::Changed)
            }
            _ => Ok(()),
        }
    }
}

/// Device, inode, size and time of the last change of each part that isn't empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State([Option<PartState>; PARTS.len()]);

type PartState = (u64, u64, u64, i64, i64);

impl State {
    /// The number of the part that can't be examined, and why.
    fn of(path: &Path) -> Result<Self, (usize, io::Error)> {
        let mut state = [None; PARTS.len()];
        for (part, state) in state.iter_mut().enumerate() {
            *state = match fs::metadata(beside(path, PARTS[part].0)) {
                Ok(found) => (found.len() > 0).then(|| fields(&found)),
                Err(error) if part > 0 && error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err((part, error)),
            };
        }
        Ok(Self(state))
    }

    /// Whether nothing is in a log.
    fn is_whole(&self) -> bool {
        self.0[1..].iter().all(Option::is_none)
    }

    /// The size of a part in bytes.
    fn size(&self, part: usize) -> u64 {
        self.0[part].map_or(0, |(_, _, size, ..)| size)
    }
}

fn fields(found: &Metadata) -> PartState {
    (found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec())
}

/// A file that belongs to a database.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Copies a database and its logs into a directory that nobody else can enter.
fn copy(path: &Path) -> Result<Detached, OpenError> {
    let failed = |(part, error): (usize, io::Error)| OpenError::Copy { part: PARTS[part].1, error };
    let directory = tempfile::Builder::new()
        .prefix("mmstats-copy-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir();
    let directory = directory.map_err(|error| failed((0, error)))?;
    let copy = directory.path().join(NAME);
    for _ in 0..ATTEMPTS {
        let before = State::of(path).map_err(failed)?;
        check_room(directory.path(), &before)?;
        for (part, (suffix, _)) in PARTS.iter().enumerate() {
            let size = before.size(part);
            let (from, to) = (beside(path, suffix), beside(&copy, suffix));
            copy_part(&from, &to, size).map_err(|error| failed((part, error)))?;
        }
        if State::of(path).map_err(failed)? == before {
            return Ok(Detached::Copy { directory });
        }
    }
    Err(OpenError::Changed)
}

/// Rejects what doesn't fit, before the file system is full.
fn check_room(directory: &Path, state: &State) -> Result<(), OpenError> {
    let needed = (0..PARTS.len()).map(|part| state.size(part)).fold(0, u64::saturating_add);
    // If it can't be known, copying ends where there is no room.
    let Ok(found) = statvfs(directory) else { return Ok(()) };
    let free = found.blocks_available().saturating_mul(found.fragment_size());
    if needed < free {
        return Ok(());
    }
    Err(OpenError::NoSpace { needed, free, directory: std::env::temp_dir() })
}

/// Copies so many bytes; what is empty isn't there.
fn copy_part(from: &Path, to: &Path, size: u64) -> io::Result<()> {
    if size == 0 {
        return match fs::remove_file(to) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let mut to = File::create(to)?;
    io::copy(&mut File::open(from)?.take(size), &mut to).map(drop)
}
