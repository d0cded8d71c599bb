//! One writing process per database.
//!
//! The lock is on a separate file: a lock on the database itself would be mixed up with those of
//! SQLite, which end when any descriptor of the file is closed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use crate::error::OpenError;

/// Held until it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing isn't enough if a child process has just been forked and has the file open, too.
        let _ = self.0.unlock();
    }
}

/// Locks a database by its canonical path, so that two names of it are one. Creates it if it doesn't
/// exist.
pub fn take(path: &Path, program: &'static str) -> Result<Lock, OpenError> {
    let mut beside = path.to_owned().into_os_string();
    beside.push(".lock");
    let file = open(beside.as_ref()).map_err(OpenError::LockFile)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { by: program }),
        Err(TryLockError::Error(error)) => return Err(OpenError::Io(error)),
    }
    // SQLite wouldn't report why a file can't be opened.
    open(path).map_err(OpenError::Io)?;
    Ok(Lock(file))
}

/// Opens or creates a file.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}
