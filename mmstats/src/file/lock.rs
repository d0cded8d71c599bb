//! The sign of life: a lock that a writer holds on its file as long as it publishes.
//!
//! It belongs to the open file and not to the process, so closing another descriptor of the
//! same file doesn't drop it. Whoever asks for it never takes it: a probe that takes the lock
//! makes another's probe find a dead file locked.

use std::fs::File;
use std::io;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

/// Whether a writer holds its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    Held,
    Free,
}

/// Takes the lock of a file that is open for writing, until its last descriptor is closed.
///
/// # Errors
///
/// Where somebody else holds it, or the file system has no locks.
pub(crate) fn take(file: &File) -> io::Result<()> {
    fcntl(file, FcntlArg::F_OFD_SETLK(&whole_file()))?;
    Ok(())
}

/// Asks whether the lock is held through another opening of the file, by whichever process.
pub(crate) fn probe(file: &File) -> io::Result<Lock> {
    let mut lock = whole_file();
    fcntl(file, FcntlArg::F_OFD_GETLK(&mut lock))?;
    Ok(if lock.l_type == libc::F_UNLCK as libc::c_short { Lock::Free } else { Lock::Held })
}

/// A write lock from the first byte to beyond the last.
fn whole_file() -> libc::flock {
    libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::testing::eventually;

    #[test]
    fn a_lock_is_held_until_its_opening_is_closed_and_probes_leave_it_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let writer = File::create(&path).unwrap();
        let reader = File::open(&path).unwrap();
        assert_eq!(probe(&reader).unwrap(), Lock::Free);
        take(&writer).unwrap();
        assert_eq!(probe(&reader).unwrap(), Lock::Held);
        drop(File::open(&path).unwrap());
        assert_eq!(probe(&reader).unwrap(), Lock::Held, "another descriptor was closed");
        let second = writer.try_clone().unwrap();
        drop(writer);
        assert_eq!(probe(&reader).unwrap(), Lock::Held, "a duplicate keeps it");
        drop(second);
        eventually(|| probe(&reader).unwrap() == Lock::Free);
    }

    #[test]
    fn a_lock_has_one_holder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        take(file.as_file()).unwrap();
        let other = File::options().write(true).open(file.path()).unwrap();
        assert_eq!(take(&other).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}
