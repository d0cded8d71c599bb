//! Which files of dead writers are removed.

use std::path::Path;

use super::owners::Owners;
use super::remove::{remove_of, would_remove_of};
use super::{Processes, Removal, RemoveError};

/// Which files of dead writers are removed; [`remove_if_dead`](crate::remove_if_dead) and
/// [`would_remove`](crate::would_remove) take the defaults.
///
/// ```
/// use mmstats::{Processes, ReadError, RemoveError, RemoveOptions};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("jobs.mmstats");
/// # std::fs::write(&path, b"\x01\x04\0jobs\x01\0B\xff\x07")?;
/// # let uid = 4321;
/// match RemoveOptions::new().owners([uid]).remove_if_dead(&path, &mut Processes::new()) {
///     Ok(removal) => println!("{removal:?}"),
///     Err(RemoveError::Read(ReadError::OtherOwner { owner, .. })) => println!("of uid {owner}"),
///     Err(error) => println!("{error:#}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct RemoveOptions {
    owners: Owners,
}

impl RemoveOptions {
    /// The defaults: the files of all users.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rejects files that don't belong to one of these users; none: accepts all.
    ///
    /// The owner is that of the inode that is judged and removed. If the name gets another file
    /// meanwhile, or the file another owner, that one is checked in the same way.
    pub fn owners(mut self, uids: impl IntoIterator<Item = u32>) -> Self {
        self.owners = Owners::new(uids);
        self
    }

    /// Removes a stats file if its writer is proven dead, as
    /// [`remove_if_dead`](crate::remove_if_dead) does.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases, and [`ReadError::OtherOwner`](crate::ReadError) if the
    /// file belongs to another user.
    pub fn remove_if_dead(
        &self,
        path: impl AsRef<Path>,
        processes: &mut Processes,
    ) -> Result<Removal, RemoveError> {
        remove_of(path.as_ref(), &self.owners, processes)
    }

    /// Returns what [`remove_if_dead`](Self::remove_if_dead) would do with a file, without doing
    /// it.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases.
    pub fn would_remove(
        &self,
        path: impl AsRef<Path>,
        processes: &mut Processes,
    ) -> Result<Removal, RemoveError> {
        would_remove_of(path.as_ref(), &self.owners, processes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadError;
    use crate::file::testing::gone;
    use mmstats_testing::other_user;
    use nix::unistd::geteuid;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, symlink};
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn own() -> u32 {
        geteuid().as_raw()
    }

    /// A dead file of the original.
    fn write(dir: &Path, name: &str) -> PathBuf {
        let path = dir.join(name);
        let content = [&b"\x01\x07\0sys.pid\x01\0I\xff"[..], &gone().to_ne_bytes(), &[0; 2]];
        fs::write(&path, content.concat()).unwrap();
        path
    }

    fn is_refused(removal: &Result<Removal, RemoveError>) -> bool {
        let Err(RemoveError::Read(ReadError::OtherOwner { owner, .. })) = removal else {
            return false;
        };
        *owner == other_user::uid()
    }

    #[test]
    fn only_files_of_the_given_users_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = write(dir.path(), "other.mmstats");
        if !other_user::can_give(&path) {
            return;
        }
        let of_own = RemoveOptions::new().owners([own(), own() + 1]);
        let processes = &mut Processes::new();
        assert!(is_refused(&of_own.would_remove(&path, processes)));
        assert!(is_refused(&of_own.remove_if_dead(&path, processes)));
        assert!(path.exists());

        // What could never be removed isn't reported either.
        let [link, damaged] = ["link.mmstats", "damaged.mmstats"].map(|name| dir.path().join(name));
        symlink(write(dir.path(), "target"), &link).unwrap();
        fs::write(&damaged, "hello").unwrap();
        for path in [&link, &damaged] {
            assert!(!is_refused(&of_own.remove_if_dead(path, processes)));
            assert!(other_user::can_give(path));
            assert!(is_refused(&of_own.remove_if_dead(path, processes)));
        }

        let of_both = RemoveOptions::new().owners([own(), other_user::uid()]);
        let would = of_both.would_remove(&path, processes).unwrap();
        assert!(matches!(would, Removal::Removed { .. }) && path.exists());
        assert_eq!(of_both.remove_if_dead(&path, processes).unwrap(), would);
        assert!(!path.exists());
    }

    /// Another user's file comes and goes under the name of own ones while they are removed.
    #[test]
    fn a_file_that_takes_the_name_meanwhile_is_checked_too() {
        const ROUNDS: usize = 2_000;
        let dir = tempfile::tempdir().unwrap();
        let name = dir.path().join("wanted.mmstats");
        let theirs = write(dir.path(), "theirs");
        if !other_user::can_give(&theirs) {
            return;
        }
        let inode = fs::metadata(&theirs).unwrap().ino();
        let mine = write(dir.path(), "mine");
        let (done, of_own) = (AtomicBool::new(false), RemoveOptions::new().owners([own()]));
        let clean = || of_own.remove_if_dead(&name, &mut Processes::new());
        std::thread::scope(|scope| {
            let publisher = scope.spawn(|| {
                for _ in 0..ROUNDS {
                    fs::hard_link(&mine, &name).unwrap();
                    while fs::hard_link(&theirs, &name).is_err() {
                        drop(clean());
                    }
                    for _ in 0..20 {
                        let found = fs::metadata(&name).map(|found| found.ino()).ok();
                        assert_eq!(found, Some(inode), "another user's file was removed");
                    }
                    fs::remove_file(&name).unwrap();
                }
            });
            for _ in 0..3 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        drop(clean());
                    }
                });
            }
            let outcome = publisher.join();
            done.store(true, Ordering::Relaxed);
            outcome.unwrap();
        });
    }
}
