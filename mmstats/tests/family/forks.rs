//! A forked child counts in series of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use mmstats::{Counter, Family, MmStats};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::{self, files};

use crate::totals::by_label;

#[derive(MmStats)]
#[mmstats(prefix = "forks.")]
struct Forked {
    counts: Family<Counter>,
}

mmstats::per_thread! {
    static FORKED: Forked = Forked::options().keep(true).path(stats_dir::path_of("forks"));
}

fn count(from: u32, amount: u64) {
    FORKED.with(|stats| {
        for number in from..from + 150 {
            stats.counts.get(&[("n", &number.to_string())]).add(amount);
        }
    });
}

#[test]
fn a_child_begins_without_series_and_its_parent_goes_on() {
    let directory = stats_dir::create("forks");
    count(0, 1);
    let before = files(&directory).len();
    let code = in_child(|| {
        // Of its own series some are its parent's, too.
        count(100, 10);
        FORKED.with(|stats| stats.counts.get(&[("n", "0")]).get()) == 0
    });
    assert_eq!(code, 0);
    count(0, 1);
    let sums = by_label(&directory, "forks.counts");
    let sum_of = |number: u32| sums[&format!(r#"forks.counts{{n="{number}"}}"#)];
    assert_eq!([0, 99, 100, 149, 150, 249].map(sum_of), [2, 2, 12, 12, 10, 10]);
    assert!(files(&directory).len() >= 2 * before);
}

#[test]
fn what_a_child_inherits_grows_in_memory() {
    let directory = tempfile::tempdir().unwrap();
    let options = Forked::options().prefix("inherited.");
    let stats = options.path(directory.path()).create().unwrap();
    let meet = |from: u32| {
        for number in from..from + 150 {
            stats.counts.get(&[("n", &number.to_string())]).incr();
        }
    };
    meet(0);
    let (before, sums) = (files(directory.path()), by_label(directory.path(), "inherited.counts"));
    let code = in_child(|| {
        meet(0);
        meet(1_000);
        let counts = ["0", "1149"].map(|number| stats.counts.get(&[("n", number)]).get());
        counts == [2, 1] && files(directory.path()) == before
    });
    assert_eq!(code, 0);
    assert_eq!(by_label(directory.path(), "inherited.counts"), sums);
    assert_eq!(files(directory.path()), before);
}

/// Another thread holds locks at any moment: its child must not wait for them.
#[test]
fn children_of_a_process_that_adds_series_all_the_time_wait_for_nobody() {
    static OVER: AtomicBool = AtomicBool::new(false);
    stats_dir::create("busy");
    mmstats::per_thread! {
        static STATS: Forked = Forked::options().prefix("busy.").path(stats_dir::path_of("busy"));
    }
    let thread = thread::spawn(|| {
        let mut number = 0_u64;
        while !OVER.load(Ordering::Relaxed) {
            number += 1;
            STATS.with(|stats| stats.counts.get(&[("n", &number.to_string())]).incr());
        }
    });
    for round in 0..200 {
        let code = in_child(|| {
            STATS.with(|stats| stats.counts.get(&[("n", "child")]).incr());
            STATS.with(|stats| stats.counts.get(&[("n", "child")]).get()) == 1
        });
        assert_eq!(code, 0, "{round}");
    }
    OVER.store(true, Ordering::Relaxed);
    thread.join().unwrap();
}
