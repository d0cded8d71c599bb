//! Files that are taken apart into structure, identity and words, and put together again.

mod hostile;
mod structure;
mod values;
mod whole_files;

use std::fs;
use std::path::{Path, PathBuf};

use mmstats::{Layout, MmStats, StatsFile};
use mmstats_testing::kinds::Kinds;
use mmstats_testing::parts::Parts;

fn data() -> impl Iterator<Item = PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "mmstats"))
}

/// Every kind, written.
fn kinds(layout: Layout) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let stats = Kinds::options().layout(layout).path(directory.path()).create().unwrap();
    stats.write();
    fs::read(stats.path().unwrap()).unwrap()
}

fn words(file: &StatsFile) -> Vec<u64> {
    Parts::of(file).words
}
