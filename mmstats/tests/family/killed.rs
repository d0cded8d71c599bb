//! A writer that is killed while its series grow.

use std::sync::atomic::{AtomicU64, Ordering};

use mmstats::{Counter, Family, MmStats};
use mmstats_testing::os::fork::start_child;
use mmstats_testing::os::shared_memory;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;

use crate::totals::by_label;

#[derive(MmStats)]
#[mmstats(prefix = "killed.")]
struct Killed {
    counts: Family<Counter>,
}

/// Counts in ever more series, and reports how often.
fn write(directory: &std::path::Path, reported: &AtomicU64) {
    let stats = Killed::options().path(directory).create().unwrap();
    for number in 0.. {
        stats.counts.get(&[("n", &number.to_string())]).incr();
        reported.store(number + 1, Ordering::Release);
    }
}

/// Readers look on while it grows; after its end nothing that it reported is missing.
#[test]
fn every_file_is_whole_at_any_moment() {
    let reported = shared_memory::word();
    for round in 0..20 {
        let directory = tempfile::tempdir().unwrap();
        reported.store(0, Ordering::Release);
        let child = start_child(|| write(directory.path(), reported)).unwrap();
        // Another number of series in each round: with the first file, the second, and so on.
        while reported.load(Ordering::Acquire) < 100 * round {
            let before = reported.load(Ordering::Acquire);
            let sum: i64 = by_label(directory.path(), "killed.counts").values().sum();
            assert!(sum >= before.cast_signed() || before == 0, "{sum} of {before}");
        }
        kill(child, Signal::SIGKILL).unwrap();
        waitpid(child, None).unwrap();
        let told = reported.load(Ordering::Acquire).cast_signed();
        let sum: i64 = by_label(directory.path(), "killed.counts").values().sum();
        assert!((told..=told + 1).contains(&sum), "{sum} of {told}");
    }
}
