//! A file before SQLite opens it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use nix::sys::statfs::{FsType, statfs};

use crate::error::OpenError;

/// The first bytes of a database.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The canonical path of a file that needn't exist, in a directory that does.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or(error)?;
            let directory = path.parent().filter(|parent| *parent != Path::new(""));
            Ok(fs::canonicalize(directory.unwrap_or(Path::new(".")))?.join(name))
        }
        found => found,
    }
}

/// Rejects what can't become a database that is written. A file that is missing or empty can; so can
/// one that this process may not read, which is reported by whoever opens it.
///
/// SQLite checks more, but only after the lock file has been made, which doesn't belong beside another
/// program's file.
pub fn check_writable(path: &Path) -> Result<(), OpenError> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(OpenError::NotRegular);
    }
    if head(path).is_ok_and(|head| !head.is_empty() && head != MAGIC) {
        return Err(OpenError::NotADatabase);
    }
    Ok(())
}

/// Whether the file system of a file, which needn't exist, is of this kind.
pub fn is_on(path: &Path, kind: FsType) -> bool {
    let directory = path.parent().unwrap_or(path);
    statfs(directory).is_ok_and(|found| found.filesystem_type() == kind)
}

/// Rejects what can't be a database that is read, with reasons that SQLite wouldn't have; it would
/// also wait for a FIFO's writer.
pub fn check_readable(path: &Path) -> Result<(), OpenError> {
    if !fs::metadata(path).map_err(OpenError::Io)?.is_file() {
        return Err(OpenError::NotRegular);
    }
    match head(path).map_err(OpenError::Io)? {
        head if head == MAGIC => Ok(()),
        head if head.is_empty() => Err(OpenError::Empty),
        _ => Err(OpenError::NotADatabase),
    }
}

/// The bytes where a database has its magic.
fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use nix::sys::statfs::NFS_SUPER_MAGIC;

    use super::*;

    #[test]
    fn a_file_system_is_known_before_there_is_a_file() {
        let directory = tempfile::TempDir::new().unwrap();
        let kind = statfs(directory.path()).unwrap().filesystem_type();
        let path = directory.path().join("new.db");
        assert!(is_on(&path, kind));
        assert_eq!(is_on(&path, NFS_SUPER_MAGIC), kind == NFS_SUPER_MAGIC);
    }
}
