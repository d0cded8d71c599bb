//! The sign of life: a lock that a writer holds on its file as long as it publishes.
//!
//! It belongs to the open file and not to the process, so closing another descriptor of the same
//! file doesn't drop it. A probe never takes the lock: another probe would then find a dead file
//! locked.

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

/// Locks a file that is open for writing, until its last descriptor is closed.
///
/// # Errors
///
/// Returns an error if the lock is held elsewhere, or if the file system has no locks.
pub(crate) fn take(file: &File) -> io::Result<()> {
    fcntl(file, FcntlArg::F_OFD_SETLK(&whole_file(libc::F_WRLCK)))?;
    Ok(())
}

/// Checks whether the lock is held through another open file description, by any process.
///
/// Probes for a read lock, which conflicts only with a write lock: anybody who may read the file
/// can take a read lock. A lock that belongs to a process isn't a writer's either.
pub(crate) fn probe(file: &File) -> io::Result<Lock> {
    let mut lock = whole_file(libc::F_RDLCK);
    fcntl(file, FcntlArg::F_OFD_GETLK(&mut lock))?;
    let is_free = lock.l_type == libc::F_UNLCK as libc::c_short;
    let is_of_a_process = lock.l_pid > 0;
    Ok(if is_free || is_of_a_process { Lock::Free } else { Lock::Held })
}

/// A lock from the first byte to beyond the last.
fn whole_file(kind: libc::c_int) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
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

    /// Anybody who may read a file can lock it for reading.
    #[test]
    fn a_lock_for_reading_is_no_sign_of_life() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let stranger = File::open(file.path()).unwrap();
        fcntl(&stranger, FcntlArg::F_OFD_SETLK(&whole_file(libc::F_RDLCK))).unwrap();
        assert_eq!(probe(&file.reopen().unwrap()).unwrap(), Lock::Free);
    }

    /// A lock that belongs to a process, probed by another. It can't hide a writer's lock: a file
    /// has only one write lock.
    #[test]
    fn a_lock_of_a_process_is_no_sign_of_life() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let asker = file.reopen().unwrap();
        fcntl(file.as_file(), FcntlArg::F_SETLK(&whole_file(libc::F_WRLCK))).unwrap();
        let mut lock = whole_file(libc::F_RDLCK);
        fcntl(&asker, FcntlArg::F_OFD_GETLK(&mut lock)).unwrap();
        assert_eq!(lock.l_pid.cast_unsigned(), std::process::id(), "in the way of the asker's");
        assert_eq!(probe(&asker).unwrap(), Lock::Free);
    }

    #[test]
    fn a_lock_has_one_holder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        take(file.as_file()).unwrap();
        let other = File::options().write(true).open(file.path()).unwrap();
        assert_eq!(take(&other).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}
