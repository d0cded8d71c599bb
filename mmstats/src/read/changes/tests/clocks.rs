//! Which files are new, by their age and clocks that are set.

use std::time::Duration;

use super::made::{MadeFile, Poll, Polled, START, counted};

fn file(path: &str, created: f64, hits: u64) -> MadeFile {
    MadeFile::new(path, 1, created).counter("hits", hits)
}

/// What is new of a file that appears after `interval` and was created this many seconds after the
/// first poll, by a clock that was set by `set_by` seconds in between.
fn new(interval: u64, created: f64, set_by: f64) -> u64 {
    let mut polled = Polled::new(Poll::of(&[]));
    polled.set_by = set_by;
    let poll = Poll::of(&[file("a", START + created, 7)]);
    counted(polled.poll_after(Duration::from_secs(interval), poll), "hits")[0].1
}

#[test]
fn a_file_is_new_if_it_is_at_most_as_old_as_the_interval_and_some_slack() {
    for (interval, created, expected) in [
        (1, -5.0, 7),
        (1, -5.01, 0),
        (60, 10.0, 7),
        (60, -5.0, 7),
        (60, -5.01, 0),
        (0, -5.0, 7),
        (1, 3600.0, 7),
        (1, f64::INFINITY, 7),
        (1, f64::NAN, 7),
        (1, f64::NEG_INFINITY, 7),
        (1, f64::MIN, 0),
    ] {
        assert_eq!(new(interval, created, 0.0), expected, "{created} after {interval}");
    }
}

#[test]
fn a_file_that_is_created_after_the_clock_was_set_is_new() {
    for set_by in [3600.0, -3600.0] {
        assert_eq!(new(1, set_by + 0.9, set_by), 7, "created after {set_by}");
    }
    assert_eq!(new(1, 0.1, -3600.0), 7, "it seems to be of the future");
    assert_eq!(new(1, 0.1, 3600.0), 0, "it seems to be old");
}

#[test]
fn a_clock_before_1970_is_a_clock() {
    assert_eq!(new(1, -START - 100.0, -START - 100.0), 7);
    assert_eq!(new(1, -START - 110.0, -START - 100.0), 0);
}

#[test]
fn known_files_go_on_whatever_the_clock_does() {
    let mut polled = Polled::new(Poll::of(&[file("a", START - 60.0, 100)]));
    for (set_by, hits) in [(3600.0, 101), (0.0, 102), (-7200.0, 103), (0.0, 104)] {
        polled.set_by = set_by;
        let changes = polled.poll(Poll::of(&[file("a", START - 60.0, hits)]));
        assert_eq!(counted(changes, "hits"), [("a", 1)]);
        assert_eq!(changes.interval(), Duration::from_secs(1));
    }
}
