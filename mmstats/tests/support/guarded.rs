//! What the tests of guards have in common: a folder for each, and what all files in it say together.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;

use mmstats::StatsFile;
use tempfile::TempDir;

use super::files;

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// The folder of one test, which can be there from the beginning or be made later.
pub fn place(test: &str) -> PathBuf {
    DIRECTORY.path().join(test)
}

pub fn make(test: &str) -> PathBuf {
    let place = place(test);
    std::fs::create_dir(&place).unwrap();
    place
}

/// The sum of the up-down counter `busy`.
pub fn busy(place: &Path) -> i64 {
    let value = |path: &PathBuf| {
        StatsFile::read(path).unwrap().get("busy").unwrap().value().as_i64().unwrap()
    };
    files(place).iter().map(value).sum()
}

/// How many timings of this label there are.
pub fn timings(place: &Path, label: &str) -> u64 {
    let count = |path: &PathBuf| {
        let file = StatsFile::read(path).unwrap();
        file.get(label).unwrap().component("count").unwrap().as_u64().unwrap()
    };
    files(place).iter().map(count).sum()
}

pub fn in_thread<R: Send + 'static>(action: impl FnOnce() -> R + Send + 'static) -> R {
    thread::spawn(action).join().unwrap()
}
