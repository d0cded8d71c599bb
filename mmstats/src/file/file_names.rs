//! The names of stats files, and of incomplete ones.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The patterns of stats file names.
pub(crate) const PATTERNS: [&str; 2] = ["*.mmstats", "mmstats-*"];

/// Whether a file has the name of a stats file: `*.mmstats` or `mmstats-*`.
///
/// A search of a directory takes these files, except hidden ones.
pub fn is_stats_file_name(name: impl AsRef<OsStr>) -> bool {
    let name = name.as_ref().as_bytes();
    name.ends_with(b".mmstats") || name.starts_with(b"mmstats-")
}

const TEMPORARY_PREFIX: &str = ".mmstats-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// The name of an incomplete file. No tool's pattern matches it.
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
            (".a.mmstats", true),
            (".mmstats-1-2.tmp", false),
            ("mmstats", false),
            ("a.mmstats.bak", false),
        ] {
            assert_eq!(is_stats_file_name(name), fits, "{name}");
        }
    }

    #[test]
    fn a_temporary_name_tells_its_process_and_fits_no_pattern() {
        let name = temporary_name(4242, 7);
        assert_eq!(pid_of_temporary(OsStr::new(&name)), Some(4242));
        assert!(!is_stats_file_name(&name));
        for other in [".mmstats-a-1.tmp", ".mmstats-1.tmp", ".mmstats-1-x.tmp", "x"] {
            assert_eq!(pid_of_temporary(OsStr::new(other)), None, "{other}");
        }
    }
}
