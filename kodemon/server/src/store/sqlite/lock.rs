//! One server per database.
//!
//! The lock is on a separate file: a lock on the database itself would be mixed up with those of
//! SQLite, which end when any descriptor of the file is closed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::OpenError;

/// The first bytes of a database.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Held until it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing isn't enough if a child process has just been forked and has the file open, too.
        let _ = self.0.unlock();
    }
}

/// Locks a database. Also returns its canonical path, so that two names of it are one.
pub fn take(path: &Path) -> Result<(PathBuf, Lock), OpenError> {
    let path = canonical(path).map_err(|error| failed(&error))?;
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(OpenError("not a regular file".to_owned()));
    }
    if !may_be_database(&path) {
        return Err(OpenError("file is not a database".to_owned()));
    }
    let mut beside = path.clone().into_os_string();
    beside.push(".lock");
    let file = open(beside.as_ref())
        .map_err(|error| OpenError(format!("can't open its lock file: {error}")))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(OpenError("in use by another kodemon".to_owned()));
        }
        Err(TryLockError::Error(error)) => return Err(failed(&error)),
    }
    // SQLite wouldn't report why a file can't be opened.
    open(&path).map_err(|error| failed(&error))?;
    Ok((path, Lock(file)))
}

/// Whether a file is missing, empty, or begins like a database. SQLite checks more, but only after
/// the lock file has been made, which doesn't belong beside another program's file.
fn may_be_database(path: &Path) -> bool {
    let mut head = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut head));
    read.is_err() || head.is_empty() || head == MAGIC
}

/// The canonical path of a file that needn't exist, in a directory that does.
fn canonical(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or(error)?;
            let directory = path.parent().filter(|parent| *parent != Path::new(""));
            Ok(fs::canonicalize(directory.unwrap_or(Path::new(".")))?.join(name))
        }
        found => found,
    }
}

/// Opens or creates a file.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn failed(error: &io::Error) -> OpenError {
    OpenError(error.to_string())
}
