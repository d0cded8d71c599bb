//! A directory of stats files: its files and their totals.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use mmstats::{StatsFile, Value};
use tempfile::TempDir;

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().unwrap());

/// The path of a test's directory, known before it is created.
pub fn path_of(test: &str) -> PathBuf {
    DIRECTORY.path().join(test)
}

/// Creates a test's directory.
pub fn create(test: &str) -> PathBuf {
    let path = path_of(test);
    fs::create_dir(&path).unwrap();
    path
}

/// Writes a file into a directory and returns its path.
pub fn write(directory: &Path, name: impl AsRef<OsStr>, content: &[u8]) -> PathBuf {
    let path = directory.join(name.as_ref());
    fs::write(&path, content).unwrap();
    path
}

/// The files in a directory, sorted.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The value of a counter in one file.
pub fn counter(path: &Path, label: &str) -> u64 {
    let file = StatsFile::read(path).unwrap();
    match file.get(label).map(|stat| stat.value()) {
        Some(Value::Unsigned(value)) => value,
        other => panic!("{label} is {other:?}"),
    }
}

/// The sum of the up-down counter `busy`.
pub fn busy(directory: &Path) -> i64 {
    let value = |path: &PathBuf| {
        StatsFile::read(path).unwrap().get("busy").unwrap().value().as_i64().unwrap()
    };
    files(directory).iter().map(value).sum()
}

/// How many timings of this label there are.
pub fn timings(directory: &Path, label: &str) -> u64 {
    let count = |path: &PathBuf| {
        let file = StatsFile::read(path).unwrap();
        file.get(label).unwrap().component("count").unwrap().as_u64().unwrap()
    };
    files(directory).iter().map(count).sum()
}
