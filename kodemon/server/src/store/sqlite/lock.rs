//! One server a database.
//!
//! The lock is on a file beside it: a lock of ours on the database itself would be one of those
//! that SQLite uses, which go when any descriptor of the file is closed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::OpenError;

/// What a database begins with.
const HEAD: &[u8] = b"SQLite format 3\0";

/// Held as long as it lives; a process that ends lets go.
#[derive(Debug)]
pub struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing isn't enough where a child process has just been forked, and has the file, too.
        let _ = self.0.unlock();
    }
}

/// Locks a database; its real path, so that two names of it are one.
pub fn take(path: &Path) -> Result<(PathBuf, Lock), OpenError> {
    let path = real(path).map_err(|error| failed(&error))?;
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(OpenError("not a regular file".to_owned()));
    }
    if !may_be_database(&path) {
        return Err(OpenError("file is not a database".to_owned()));
    }
    let mut beside = path.clone().into_os_string();
    beside.push(".lock");
    let file = open(beside.as_ref())
        .map_err(|error| OpenError(format!("its lock file can't be opened: {error}")))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(OpenError("another kodemon stores there".to_owned()));
        }
        Err(TryLockError::Error(error)) => return Err(failed(&error)),
    }
    // SQLite couldn't say why a file can't be opened.
    open(&path).map_err(|error| failed(&error))?;
    Ok((path, Lock(file)))
}

/// Whether a file is empty, or not there yet, or begins as databases do. SQLite looks at more, but
/// only once it is locked, and beside another program's file a lock of ours has no place.
fn may_be_database(path: &Path) -> bool {
    let mut head = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(HEAD.len() as u64).read_to_end(&mut head));
    read.is_err() || head.is_empty() || head == HEAD
}

/// Of a file that may not be there yet, in a directory that is.
fn real(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or(error)?;
            let directory = path.parent().filter(|parent| *parent != Path::new(""));
            Ok(fs::canonicalize(directory.unwrap_or(Path::new(".")))?.join(name))
        }
        found => found,
    }
}

/// Opens a file, and makes it where there is none.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn failed(error: &io::Error) -> OpenError {
    OpenError(error.to_string())
}
