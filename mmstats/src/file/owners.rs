//! The users whose files are wanted.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{OpenFile, ReadError};

/// Users by their uids; none: everybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owners(Vec<u32>);

impl Owners {
    pub(crate) fn new(uids: impl IntoIterator<Item = u32>) -> Self {
        Self(uids.into_iter().collect())
    }

    /// Opens a file that belongs to one of the users, as [`OpenFile::open`] does.
    pub(crate) fn open(&self, path: &Path, max_size: u64) -> Result<OpenFile, ReadError> {
        self.select(path, OpenFile::open(path, max_size), || {
            let found = fs::metadata(path).or_else(|_| fs::symlink_metadata(path));
            found.ok().map(|found| found.uid())
        })
    }

    /// Returns a file that was opened only if it belongs to one of the users. Of a file that
    /// couldn't be opened, `owner_of_name` finds the owner: nothing is read of it, and another
    /// user's isn't worth a report.
    pub(super) fn select(
        &self,
        path: &Path,
        opened: Result<OpenFile, ReadError>,
        owner_of_name: impl FnOnce() -> Option<u32>,
    ) -> Result<OpenFile, ReadError> {
        if self.0.is_empty() {
            return opened;
        }
        let owner = match &opened {
            Ok(file) => {
                let failed = |source| ReadError::Io { path: path.to_owned(), source };
                Some(file.inode().map_err(failed)?.owner)
            }
            Err(_) => owner_of_name(),
        };
        match owner.filter(|owner| !self.0.contains(owner)) {
            Some(owner) => Err(ReadError::OtherOwner { path: path.to_owned(), owner }),
            None => opened,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mmstats_testing::other_user;
    use nix::sys::stat::Mode;
    use nix::unistd::{geteuid, mkfifo};
    use std::os::unix::fs::symlink;

    /// What can and can't be opened, each of this user and of another one.
    #[test]
    fn another_user_s_file_is_left_out_whatever_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let own = geteuid().as_raw();
        let other = other_user::uid();
        for name in ["own", "other"] {
            let path = |kind: &str| dir.path().join(format!("{name}-{kind}"));
            fs::write(path("file"), "content").unwrap();
            fs::write(path("large"), vec![0; 101]).unwrap();
            mkfifo(&path("fifo"), Mode::S_IRWXU).unwrap();
            symlink("nowhere", path("link")).unwrap();
            for kind in ["file", "large", "fifo", "link"] {
                if name == "other" && !other_user::can_give(path(kind)) {
                    return;
                }
            }
        }
        let opened = |owners: &Owners, name: &str| owners.open(&dir.path().join(name), 100);
        for kind in ["file", "large", "fifo", "link"] {
            let [own_name, other_name] = ["own", "other"].map(|user| format!("{user}-{kind}"));
            let found = opened(&Owners::new([own]), &other_name).unwrap_err();
            assert!(matches!(found, ReadError::OtherOwner { owner, .. } if owner == other));
            let everybody = opened(&Owners::default(), &own_name).map_err(|error| error.reason());
            for (owners, name) in
                [(&[own][..], &own_name), (&[other], &other_name), (&[7, other, own], &other_name)]
            {
                let found = opened(&Owners::new(owners.to_vec()), name);
                let found = found.map_err(|error| error.reason());
                assert_eq!(found.as_ref().err(), everybody.as_ref().err(), "{name}");
            }
        }
    }

    #[test]
    fn the_owner_is_that_of_the_file_behind_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| dir.path().join(name));
        fs::write(&file, "content").unwrap();
        symlink(&file, &link).unwrap();
        let own = geteuid().as_raw();
        if !other_user::can_give(&file) {
            return;
        }
        assert!(Owners::new([own]).open(&link, 100).is_err());
        assert!(Owners::new([other_user::uid()]).open(&link, 100).is_ok());
    }
}
