//! Removes a dead file under a mutex shared by everyone who unlinks stats files.
//!
//! Between finding a writer dead and unlinking its file, another process may replace the file under
//! the same name; unlinking by name would then remove a live one. So everyone who unlinks first
//! takes the `flock` of the file (it is independent of the writer's lock, and a file of mode 0444
//! can be opened for it), then checks again whether the name still has that file and whether it is
//! still dead.

use std::fs::TryLockError;
use std::io;
use std::path::Path;

use nix::errno::Errno;

use super::candidate::{Candidate, DirectoryEntry};
use super::{Life, Owners, Processes, ReadError, Removal, RemoveError, Verdict};

/// Removes a stats file if its writer is proven dead.
///
/// Symbolic links are not followed. Only regular files are removed, and only those that are stats
/// files from their first byte to their last field, or unfinished files of a writer that was killed
/// while creating them. Processes that were found dead are looked up again before the removal.
///
/// A file of more than 64 MiB is removed only if its trailer names its writer, as this library's
/// files do.
///
/// # Errors
///
/// Returns an error if the file can't be read, is not a stats file, or can't be removed. A file
/// that is already gone is not an error.
pub fn remove_if_dead(
    path: impl AsRef<Path>,
    processes: &mut Processes,
) -> Result<Removal, RemoveError> {
    remove_of(path.as_ref(), &Owners::default(), processes)
}

/// The same, for the files of these users alone.
pub(super) fn remove_of(
    path: &Path,
    owners: &Owners,
    processes: &mut Processes,
) -> Result<Removal, RemoveError> {
    /// Maximum number of attempts: if a name's file changes more often, writers take turns on it.
    const ATTEMPTS: usize = 8;
    let Some(entry) = entry_of(path)? else {
        return Ok(Removal::Gone);
    };
    for _ in 0..ATTEMPTS {
        let Some(candidate) = Candidate::open(&entry, owners).map_err(RemoveError::Read)? else {
            return Ok(Removal::Gone);
        };
        let life = candidate.judge(processes);
        if life.verdict != Verdict::Dead {
            return Ok(Removal::refused(life));
        }
        if let Some(removal) = remove(&entry, &candidate, processes)? {
            return Ok(removal);
        }
    }
    Ok(Removal::refused(Life::undecided("replaced again and again")))
}

/// Returns what [`remove_if_dead`] would do with a file, without doing it.
///
/// Also checks whether the operating system would permit the removal.
///
/// # Errors
///
/// Returns an error if the file can't be read, is not a stats file, or can't be removed. A file
/// that is already gone is not an error.
pub fn would_remove(
    path: impl AsRef<Path>,
    processes: &mut Processes,
) -> Result<Removal, RemoveError> {
    would_remove_of(path.as_ref(), &Owners::default(), processes)
}

/// The same, for the files of these users alone.
pub(super) fn would_remove_of(
    path: &Path,
    owners: &Owners,
    processes: &mut Processes,
) -> Result<Removal, RemoveError> {
    let Some(entry) = entry_of(path)? else {
        return Ok(Removal::Gone);
    };
    let Some(candidate) = Candidate::open(&entry, owners).map_err(RemoveError::Read)? else {
        return Ok(Removal::Gone);
    };
    let life = candidate.judge(processes);
    if life.verdict != Verdict::Dead {
        return Ok(Removal::refused(life));
    }
    if entry.present_file() != Some(candidate.inode()) {
        return Ok(Removal::Gone);
    }
    let pid = candidate.writer().pid();
    match entry.may_unlink() {
        Ok(()) => Ok(Removal::Removed { reason: life.reason, pid }),
        Err(Errno::ENOENT) => Ok(Removal::Gone),
        Err(errno) => Err(refused(&entry, errno.into())),
    }
}

/// `None` if even its directory doesn't exist.
fn entry_of(path: &Path) -> Result<Option<DirectoryEntry<'_>>, RemoveError> {
    match DirectoryEntry::of(path) {
        Err(ReadError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        entry => entry.map(Some).map_err(RemoveError::Read),
    }
}

fn refused(entry: &DirectoryEntry<'_>, source: io::Error) -> RemoveError {
    RemoveError::Unlink { path: entry.path().to_owned(), source }
}

/// Removes a file that was found dead, under the mutex; `None` if the name has another file by now,
/// or the file another owner.
fn remove(
    entry: &DirectoryEntry<'_>,
    candidate: &Candidate,
    processes: &mut Processes,
) -> Result<Option<Removal>, RemoveError> {
    match candidate.file().try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let life = Life::undecided("being removed by another process");
            return Ok(Some(Removal::refused(life)));
        }
        Err(TryLockError::Error(source)) => return Err(refused(entry, source)),
    }
    if entry.present_file() != Some(candidate.inode()) {
        return Ok(None);
    }
    let pid = candidate.writer().pid();
    // The cache may be older than the process that now has the pid.
    pid.inspect(|&pid| processes.forget(pid));
    let life = candidate.judge(processes);
    if life.verdict != Verdict::Dead {
        return Ok(Some(Removal::refused(life)));
    }
    match entry.unlink() {
        Ok(()) => Ok(Some(Removal::Removed { reason: life.reason, pid })),
        Err(Errno::ENOENT) => Ok(None),
        Err(errno) => Err(refused(entry, errno.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::testing::{eventually, gone};
    use crate::file::{file_names, lock};
    use mmstats_testing::other_user;
    use std::fs::{self, File};
    use std::os::unix::fs::{MetadataExt, symlink};
    use std::path::PathBuf;
    use std::process::Command;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tempfile::TempDir;

    /// A file of the original.
    fn content(pid: u32) -> Vec<u8> {
        [&b"\x01\x07\0sys.pid\x01\0I\xff"[..], &pid.to_ne_bytes(), &[0; 2]].concat()
    }

    fn dead_file(dir: &TempDir) -> PathBuf {
        let path = dir.path().join("dead.mmstats");
        fs::write(&path, content(gone())).unwrap();
        path
    }

    fn remove(path: &Path) -> Result<Removal, RemoveError> {
        remove_if_dead(path, &mut Processes::new())
    }

    #[test]
    fn a_dead_file_is_removed_with_its_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dead.mmstats");
        let dead = gone();
        fs::write(&path, content(dead)).unwrap();
        let reason = format!("pid {dead} is gone").into();
        assert_eq!(remove(&path).unwrap(), Removal::Removed { reason, pid: Some(dead) });
        assert!(!path.exists());
        assert_eq!(remove(&path).unwrap(), Removal::Gone);
        assert_eq!(remove(&path.join("below")).unwrap(), Removal::Gone);
    }

    #[test]
    fn a_locked_file_and_one_that_is_being_removed_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dead_file(&dir);
        let writer = File::options().write(true).open(&path).unwrap();
        lock::take(&writer).unwrap();
        assert!(matches!(remove(&path).unwrap(), Removal::Alive { .. }));
        drop(writer);
        eventually(|| lock::probe(&File::open(&path).unwrap()).unwrap() == lock::Lock::Free);
        let other = File::open(&path).unwrap();
        other.try_lock().unwrap();
        assert!(matches!(remove(&path).unwrap(), Removal::Undecided { .. }));
        drop(other);
        eventually(|| matches!(remove(&path).unwrap(), Removal::Removed { .. }));
    }

    #[test]
    fn what_is_no_stats_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        let target = dead_file(&dir);
        let link = dir.path().join("link.mmstats");
        symlink(&target, &link).unwrap();
        let error = remove(&link).unwrap_err();
        assert!(error.to_string().ends_with("not a stats file but a symbolic link"), "{error}");
        assert!(target.exists() && link.is_symlink());

        assert!(matches!(
            remove(dir.path()),
            Err(RemoveError::Read(ReadError::NotRegular { found: "a directory", .. }))
        ));
        assert!(remove(Path::new("/")).is_err());
        for bad in [&b""[..], b"hello", b"\x01\xff", &content(gone())[..14]] {
            fs::write(&target, bad).unwrap();
            assert!(matches!(remove(&target), Err(RemoveError::Read(_))), "{bad:?}");
            assert!(target.exists());
        }
    }

    #[test]
    fn a_process_found_dead_is_asked_for_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dead_file(&dir);
        let mut processes = Processes::new();
        // A child that is alive now, remembered as one that is gone.
        let mut child = Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        fs::write(&path, content(child.id())).unwrap();
        processes.remember_as_gone(child.id());
        let removal = remove_if_dead(&path, &mut processes).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        // It is alive and doesn't map the file: dead for that reason and not the old one.
        let Removal::Removed { reason, .. } = removal else { panic!("{removal:?}") };
        assert!(reason.ends_with("doesn't map the file"), "{reason}");
    }

    #[test]
    fn a_file_that_gets_another_owner_is_judged_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dead_file(&dir);
        let entry = entry_of(&path).unwrap().unwrap();
        let owners = Owners::default();
        let candidate = Candidate::open(&entry, &owners).unwrap().unwrap();
        if !other_user::can_give(&path) {
            return;
        }
        let processes = &mut Processes::new();
        assert_eq!(super::remove(&entry, &candidate, processes).unwrap(), None);
        assert!(path.exists());
    }

    #[test]
    fn unfinished_files_go_when_they_are_old_and_their_maker_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(file_names::temporary_name(gone(), 3));
        let file = File::create(&path).unwrap();
        file.set_len(4096).unwrap();
        assert!(matches!(remove(&path).unwrap(), Removal::Undecided { .. }));
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        assert!(matches!(remove(&path).unwrap(), Removal::Removed { .. }));
        assert!(!path.exists());
    }

    /// Two writers take turns on a name, each alive for a while, beside three who clean up.
    #[test]
    fn a_living_file_is_never_removed_however_many_clean_up() {
        const ROUNDS: usize = 300;
        let dir = tempfile::tempdir().unwrap();
        let name = dir.path().join("wanted.mmstats");
        let content = content(gone());
        let done = AtomicUsize::new(0);
        let publish = &|writer: usize| {
            for round in 0..ROUNDS {
                let own = dir.path().join(format!("{writer}-{round}"));
                fs::write(&own, &content).unwrap();
                let file = File::options().write(true).open(&own).unwrap();
                lock::take(&file).unwrap();
                while fs::hard_link(&own, &name).is_err() {
                    let _ = remove(&name);
                }
                let inode = file.metadata().unwrap().ino();
                for _ in 0..50 {
                    let found = fs::metadata(&name).map(|found| found.ino()).ok();
                    assert_eq!(found, Some(inode), "a living file was taken away");
                }
                fs::remove_file(&own).unwrap();
            }
            done.fetch_add(1, Ordering::Relaxed);
        };
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..2).map(|n| scope.spawn(move || publish(n))).collect();
            for _ in 0..3 {
                scope.spawn(|| {
                    while done.load(Ordering::Relaxed) < 2 {
                        let _ = remove(&name);
                    }
                });
            }
            for writer in writers {
                let outcome = writer.join();
                if outcome.is_err() {
                    done.store(2, Ordering::Relaxed);
                }
                outcome.unwrap();
            }
        });
    }
}
