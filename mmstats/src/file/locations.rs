//! The default locations of stats files: the environment, memory, the temporary directory.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use nix::sys::statfs::{TMPFS_MAGIC, statfs};
use nix::unistd::{AccessFlags, access};

/// A directory in memory: a store into a file there never waits for a disk.
const SHARED_MEMORY: &str = "/dev/shm";

/// Whether environment variables can be trusted. A set-user-ID program gets those of its caller,
/// who could make it create files anywhere with the program's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Environment {
    Trusted,
    Untrusted,
}

impl Environment {
    /// The environment of a program, privileged or not.
    pub(crate) fn of(is_privileged: bool) -> Self {
        if is_privileged { Self::Untrusted } else { Self::Trusted }
    }

    /// A variable that is set and not empty.
    fn variable(self, name: &str) -> Option<OsString> {
        let value = if self == Self::Trusted { env::var_os(name) } else { None };
        value.filter(|value| !value.is_empty())
    }

    /// Most C libraries hide `$TMPDIR` from such programs, but not all.
    fn temporary_directory(self) -> PathBuf {
        if self == Self::Trusted { env::temp_dir() } else { "/tmp".into() }
    }

    /// Where writers put their files: `$MMSTATS_PATH`, else `/dev/shm` where it is a writable
    /// tmpfs, else the temporary directory.
    pub(crate) fn directory_for_writers(self) -> PathBuf {
        if let Some(path) = self.variable("MMSTATS_PATH") {
            return path.into();
        }
        let memory = Path::new(SHARED_MEMORY);
        if is_writable_tmpfs(memory) { memory.into() } else { self.temporary_directory() }
    }

    /// The template of file names in `$MMSTATS_FILES`.
    pub(crate) fn file_template(self) -> Option<String> {
        let template = self.variable("MMSTATS_FILES");
        template.map(|template| template.to_string_lossy().into_owned())
    }

    /// Where readers search: `$MMSTATS_GLOB`, else `$MMSTATS_PATH`, else every location that
    /// writers choose by default.
    pub(crate) fn for_readers(self) -> Locations {
        given(self.variable("MMSTATS_GLOB"), self.variable("MMSTATS_PATH"), || {
            self.temporary_directory()
        })
    }
}

fn is_writable_tmpfs(path: &Path) -> bool {
    statfs(path).is_ok_and(|found| found.filesystem_type() == TMPFS_MAGIC)
        && access(path, AccessFlags::W_OK | AccessFlags::X_OK).is_ok()
}

/// Where readers search by default.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Locations {
    Glob(String),
    /// Each with or without placeholders.
    Directories(Vec<PathBuf>),
}

fn given(
    glob: Option<OsString>,
    path: Option<OsString>,
    temporary: impl FnOnce() -> PathBuf,
) -> Locations {
    if let Some(glob) = glob {
        return Locations::Glob(glob.to_string_lossy().into_owned());
    }
    Locations::Directories(match path {
        Some(path) => vec![path.into()],
        None => vec![SHARED_MEMORY.into(), temporary()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_look_where_the_environment_says_else_where_writers_write() {
        let directories =
            |paths: &[&str]| Locations::Directories(paths.iter().map(PathBuf::from).collect());
        let set = |text: &str| Some(OsString::from(text));
        let given = |glob, path| given(glob, path, || "/t".into());
        assert_eq!(given(set("/a/*"), set("/b")), Locations::Glob("/a/*".into()));
        assert_eq!(given(None, set("/b [x]")), directories(&["/b [x]"]));
        assert_eq!(given(None, None), directories(&["/dev/shm", "/t"]));
    }

    #[test]
    fn memory_counts_only_where_it_is_memory() {
        assert!(!is_writable_tmpfs(Path::new("/proc")));
        assert!(!is_writable_tmpfs(Path::new("/no/such/directory")));
    }
}
