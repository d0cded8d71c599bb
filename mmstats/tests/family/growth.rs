//! The files of a thread whose series don't fit into the first.

use std::collections::BTreeSet;
use std::fs;

use mmstats::{Counter, Family, Histogram, Layout, MmStats, StatsFile};
use mmstats_testing::stats_dir::files;
use nix::unistd::gettid;
use tempfile::TempDir;

use crate::totals::{alone, by_label};

#[derive(MmStats)]
#[mmstats(prefix = "growth.")]
struct Growing {
    requests: Family<Counter>,
    sizes: Family<Histogram>,
}

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

fn count(family: &Family<Counter>, numbers: &[String]) {
    for number in numbers {
        family.get(&[("n", number)]).incr();
    }
}

#[test]
fn further_files_double_and_say_whose_they_are() {
    alone(|| {
        for layout in [Layout::Aligned, Layout::Packed] {
            let directory = tempfile::tempdir().unwrap();
            let options = Growing::options().layout(layout).filename("{CMD}-{PID}.mmstats");
            let stats = options.path(directory.path()).create().unwrap();
            let numbers = numbers(2_000);
            count(&stats.requests, &numbers);
            // 30 KiB each in 8 bytes a bucket.
            for number in &numbers[..50] {
                stats.sizes.get(&[("n", number)]).record(7);
            }
            assert_eq!(by_label(directory.path(), "growth.requests").len(), 2_000, "{layout:?}");
            assert_eq!(by_label(directory.path(), "growth.sizes").len(), 50);

            let mut paths = files(directory.path());
            let first = stats.path().unwrap();
            paths.retain(|path| path != first);
            let mut sizes: Vec<_> =
                paths.iter().map(|path| fs::metadata(path).unwrap().len() >> 10).collect();
            sizes.sort_unstable();
            let doubled: Vec<_> =
                [16, 32, 64, 128, 256, 512, 1024].into_iter().take(sizes.len()).collect();
            assert_eq!(sizes, doubled, "{layout:?}");
            let first = StatsFile::read(first).unwrap();
            for path in paths {
                let file = StatsFile::read(&path).unwrap();
                assert_eq!(file.tid(), Some(gettid().as_raw().into()));
                assert_eq!(file.identity(), first.identity());
                let labels: BTreeSet<_> =
                    file.stats().map(|stat| stat.label().into_owned()).collect();
                for field in ["pid", "tid", "created"] {
                    assert!(labels.contains(&format!("growth.sys.{field}")), "{field}");
                }
                assert!(labels.iter().all(|label| label.contains('{') || label.contains(".sys.")));
            }
            drop(stats);
            assert_eq!(files(directory.path()).len(), 0, "removed with the first");
        }
    });
}

#[test]
fn the_capacity_comes_first_and_keeps_room_for_the_overflow() {
    alone(|| {
        let directory = tempfile::tempdir().unwrap();
        let options = Growing::options().prefix("capacity.").capacity(100_000);
        let stats = options.path(directory.path()).create().unwrap();
        let numbers = numbers(600);
        count(&stats.requests, &numbers);
        assert_eq!(files(directory.path()).len(), 1);
        let more: Vec<_> = (600..2_100).map(|number| number.to_string()).collect();
        count(&stats.requests, &more);
        let first = StatsFile::read(stats.path().unwrap()).unwrap();
        let overflow = first.get(r#"capacity.requests{overflow="true"}"#).unwrap();
        assert_eq!(overflow.value().as_u64(), Some(100));
    });
}

#[test]
fn further_files_are_kept_and_removed_as_the_first_is() {
    alone(|| {
        let (kept, removed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let create = |prefix: &str, directory: &TempDir| {
            let options = Growing::options().prefix(prefix).path(directory.path());
            options.keep(true).create().unwrap()
        };
        let numbers = numbers(300);
        let stats = create("kept.", &kept);
        count(&stats.requests, &numbers[..200]);
        let before = files(kept.path());
        assert!(before.len() > 1);
        drop(stats);
        assert_eq!(files(kept.path()), before);
        assert_eq!(by_label(kept.path(), "kept.requests").len(), 200);

        let stats = create("removed.", &removed);
        count(&stats.requests, &numbers[..200]);
        assert!(files(removed.path()).len() > 1);
        stats.remove();
        count(&stats.requests, &numbers);
        assert_eq!(files(removed.path()).len(), 0, "what comes later is in memory");
        assert_eq!(stats.requests.get(&[("n", "299")]).get(), 1);
    });
}

#[test]
fn without_default_fields_there_are_only_series() {
    alone(|| {
        let directory = tempfile::tempdir().unwrap();
        let options = Growing::options().prefix("only.").default_fields(false);
        let stats = options.path(directory.path()).create().unwrap();
        count(&stats.requests, &numbers(500));
        let all = files(directory.path());
        let files = all.iter().map(|path| StatsFile::read(path).unwrap());
        assert_eq!(files.map(|file| file.stats().count()).sum::<usize>(), 500);
        assert!(all.len() > 1);
    });
}
