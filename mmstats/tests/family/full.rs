//! No room for further files.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mmstats::{Counter, Family, MmStats};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::files;
use mmstats_testing::tmpfs;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::totals::{by_label, overflow};

#[derive(MmStats)]
#[mmstats(prefix = "full.")]
struct Full {
    counts: Family<Counter>,
}

const NAME: &str = "full.counts";

/// Meets values, each a number.
fn meet(stats: &Full, numbers: std::ops::Range<u32>) {
    for number in numbers {
        stats.counts.get(&[("n", &number.to_string())]).incr();
    }
}

fn is_exact(directory: &Path, total: i64) -> bool {
    let sums = by_label(directory, NAME);
    let has_overflow = sums.get(&overflow(NAME)).is_some_and(|&sum| sum > 0);
    sums.values().sum::<i64>() == total && has_overflow
}

#[test]
fn without_descriptors_the_rest_counts_as_overflow() {
    let directory = tempfile::tempdir().unwrap();
    let code = in_child(|| {
        let stats = Full::options().path(directory.path()).create().unwrap();
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, 0, hard).unwrap();
        meet(&stats, 0..500);
        setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
        let is_without = is_exact(directory.path(), 500) && files(directory.path()).len() == 1;
        // What was refused stays refused: another thread may have counted it as overflow. What is
        // new finds room again.
        meet(&stats, 0..501);
        let sums = by_label(directory.path(), NAME);
        is_without
            && is_exact(directory.path(), 1001)
            && !sums.contains_key(r#"full.counts{n="499"}"#)
            && sums[r#"full.counts{n="500"}"#] == 1
    });
    assert_eq!(code, 0);
}

#[test]
fn on_a_full_file_system_the_rest_counts_as_overflow() {
    tmpfs::within("size=1m", |directory| {
        let stats = Full::options().path(directory).create().unwrap();
        tmpfs::fill(directory, 20 << 10);
        meet(&stats, 0..500);
        let files: Vec<_> = files(directory);
        assert_eq!(files.iter().filter(|path| path.extension().is_some()).count(), 2);
        std::fs::remove_file(directory.join("filler")).unwrap();
        assert!(is_exact(directory, 500));
    });
}

static PATH: OnceLock<PathBuf> = OnceLock::new();

#[test]
fn what_grew_in_private_memory_is_published_with_the_rest() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("later");
    let create = directory.clone();
    PATH.set(directory.clone()).unwrap();
    mmstats::per_thread! {
        static STATS: Full = Full::options()
            .prefix("private.")
            .path(PATH.get().expect("set before"))
            .or_private_memory();
    }
    let use_it = || STATS.with(|stats| meet(stats, 0..500));
    std::thread::spawn(use_it).join().unwrap();
    assert_eq!(STATS.problem().map(|problem| problem.threads), None, "its thread has ended");
    std::fs::create_dir(create).unwrap();
    std::thread::spawn(use_it).join().unwrap();
    let sums = by_label(&directory, "private.counts");
    assert_eq!(sums.len(), 500);
    assert!(sums.values().all(|&sum| sum == 2));
    assert!(files(&directory).len() > 2);
}
