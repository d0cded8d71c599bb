//! Where stats files are: the environment, memory, the temporary directory.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::sys::statfs::{TMPFS_MAGIC, statfs};
use nix::unistd::{AccessFlags, access};

/// Memory that looks like a directory: a store into a file there never waits for a disk.
const SHARED_MEMORY: &str = "/dev/shm";

/// What stats files are called.
pub(crate) const PATTERNS: [&str; 2] = ["*.mmstats", "mmstats-*"];

/// Whether a name fits one of the [`PATTERNS`].
pub(crate) fn is_stats_name(name: &OsStr) -> bool {
    let name = name.as_bytes();
    !name.starts_with(b".") && (name.ends_with(b".mmstats") || name.starts_with(b"mmstats-"))
}

/// Where writers put their files: `$MMSTATS_PATH`, else `/dev/shm` where it is a writable tmpfs,
/// else the temporary directory.
pub(crate) fn directory_for_writers() -> PathBuf {
    variable("MMSTATS_PATH").map_or_else(
        || {
            let memory = Path::new(SHARED_MEMORY);
            if is_writable_tmpfs(memory) { memory.into() } else { env::temp_dir() }
        },
        PathBuf::from,
    )
}

fn is_writable_tmpfs(path: &Path) -> bool {
    statfs(path).is_ok_and(|found| found.filesystem_type() == TMPFS_MAGIC)
        && access(path, AccessFlags::W_OK | AccessFlags::X_OK).is_ok()
}

/// Where readers look that were told nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Places {
    /// `$MMSTATS_GLOB`.
    Glob(String),
    Directories(Vec<PathBuf>),
}

/// `$MMSTATS_GLOB`, else `$MMSTATS_PATH`, else every place that writers take by themselves.
pub(crate) fn for_readers() -> Places {
    let glob = variable("MMSTATS_GLOB").and_then(|text| text.into_string().ok());
    match (glob, variable("MMSTATS_PATH")) {
        (Some(glob), _) => Places::Glob(glob),
        (None, Some(path)) => Places::Directories(vec![path.into()]),
        (None, None) => Places::Directories(vec![SHARED_MEMORY.into(), env::temp_dir()]),
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

const TEMPORARY_PREFIX: &str = ".mmstats-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// The name of a file that is not yet complete, which no tool's pattern matches.
pub(crate) fn temporary_name(pid: u32, number: u64) -> String {
    format!("{TEMPORARY_PREFIX}{pid}-{number}{TEMPORARY_SUFFIX}")
}

/// The process that made a temporary name.
pub(crate) fn pid_of_temporary(name: &OsStr) -> Option<u32> {
    let middle = name.to_str()?.strip_prefix(TEMPORARY_PREFIX)?.strip_suffix(TEMPORARY_SUFFIX)?;
    let (pid, number) = middle.split_once('-')?;
    number.parse::<u64>().ok()?;
    pid.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_stats_files() {
        for (name, fits) in [
            ("a.mmstats", true),
            ("mmstats-123", true),
            (".a.mmstats", false),
            (".mmstats-1-2.tmp", false),
            ("mmstats", false),
            ("a.mmstats.bak", false),
        ] {
            assert_eq!(is_stats_name(OsStr::new(name)), fits, "{name}");
        }
    }

    #[test]
    fn a_temporary_name_tells_its_process_and_fits_no_pattern() {
        let name = temporary_name(4242, 7);
        assert_eq!(pid_of_temporary(OsStr::new(&name)), Some(4242));
        assert!(!is_stats_name(OsStr::new(&name)));
        for other in [".mmstats-a-1.tmp", ".mmstats-1.tmp", ".mmstats-1-x.tmp", "x"] {
            assert_eq!(pid_of_temporary(OsStr::new(other)), None, "{other}");
        }
    }

    #[test]
    fn memory_counts_only_where_it_is_memory() {
        assert!(!is_writable_tmpfs(Path::new("/proc")));
        assert!(!is_writable_tmpfs(Path::new("/no/such/place")));
    }
}
