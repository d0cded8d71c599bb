//! What is new behind a gap in which nobody polled.

use std::time::Duration;

use super::made::{MadeFile, Poll, Polled, START, counted, increases};
use crate::format::Kind;
use crate::read::{Changes, FileEvent, Increase};
use FileEvent::{Added, Removed, Replaced};

fn old(path: &str, inode: u64, hits: u64) -> MadeFile {
    MadeFile::new(path, inode, START - 60.0).counter("hits", hits)
}

/// A file that was created this many seconds after the first poll.
fn created(at: f64, path: &str, inode: u64, hits: u64) -> MadeFile {
    MadeFile { created: Some(START + at), ..old(path, inode, hits) }
}

/// What is new of each file, and what became of it.
fn new(changes: &Changes) -> Vec<(&str, u64, Option<FileEvent>)> {
    let events = changes.files().iter().map(crate::FileChange::event);
    let counted = counted(changes, "hits").into_iter();
    counted.zip(events).map(|((path, new), event)| (path, new, event)).collect()
}

#[test]
fn no_kind_has_an_increase_and_there_is_no_time_for_a_rate() {
    let file =
        |count: u64| {
            let total = (count as f64).to_bits();
            old("a", 1, count)
                .field("time", "dQdddd", Kind::Timer, &[0, count, total, 0, 0, 0])
                .field("jobs", "q", Kind::UpDownCounter, &[count])
        };
    let found = |changes: &Changes| {
        let of = |label| increases(changes, label).remove(0).1;
        (of("hits"), of("time"), of("jobs"), changes.interval())
    };
    let expected = |count: u32, interval| {
        let total = Increase::Total { count: count.into(), total: count.into() };
        let count = u64::from(count);
        let interval = Duration::from_secs(interval);
        (Increase::Count(count), total, Increase::UpDown(count.cast_signed()), interval)
    };
    let mut polled = Polled::new(Poll::of(&[file(100)]));
    assert_eq!(found(polled.poll(Poll::of(&[file(103)]))), expected(3, 1));
    let hour = Duration::from_hours(1);
    let changes = polled.poll_after(hour, Poll::of(&[file(7_000)]).after_gap());
    assert_eq!(found(changes), expected(0, 0));
    assert_eq!(found(polled.poll(Poll::of(&[file(7_002)]))), expected(2, 1));
}

#[test]
fn what_came_in_a_gap_is_a_baseline_and_what_comes_behind_it_counts() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100)]));
    let files = [created(9.5, "a", 2, 30), created(9.5, "b", 3, 30)];
    let changes = polled.poll_after(Duration::from_secs(10), Poll::of(&files).after_gap());
    assert_eq!(new(changes), [("a", 0, Some(Replaced)), ("b", 0, Some(Added))]);
    let files = [created(9.5, "a", 2, 31), created(9.5, "b", 3, 32), created(10.5, "c", 4, 33)];
    let changes = polled.poll(Poll::of(&files));
    assert_eq!(new(changes), [("a", 1, None), ("b", 2, None), ("c", 33, Some(Added))]);
}

#[test]
fn what_ended_in_a_gap_has_nothing_new_and_what_ends_behind_it_has() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100), old("b", 2, 200)]));
    let behind = Poll::of(&[old("b", 2, 205)]).removed(&[old("a", 1, 104)]).after_gap();
    assert_eq!(new(polled.poll(behind)), [("a", 0, Some(Removed)), ("b", 0, None)]);
    let changes = polled.poll(Poll::of(&[]).removed(&[old("b", 2, 206)]));
    assert_eq!(new(changes), [("b", 1, Some(Removed))]);
}

/// Whoever begins behind a gap doesn't know what went in it.
#[test]
fn what_went_in_a_gap_unseen_and_comes_back_is_not_counted_again() {
    for gap in [false, true] {
        let mut polled = Polled::new(Poll::of(&[]));
        polled.poll(Poll::of(&[created(0.5, "a", 1, 5)]));
        if gap {
            polled.poll(Poll::of(&[]).after_gap());
        } else {
            polled.poll(Poll::of(&[]).removed(&[created(0.5, "a", 1, 5)]));
        }
        let changes = polled.poll(Poll::of(&[created(0.5, "a", 1, 7)]));
        assert_eq!(new(changes), [("a", 0, Some(Added))], "gap: {gap}");
    }
}

#[test]
fn the_clock_may_begin_anew_behind_a_gap() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100)]));
    polled.monotonic = Duration::from_hours(5);
    // Its writer's clock is ahead, so its age shows nothing.
    let ahead = |hits| created(1e6, "b", 2, hits);
    polled.poll(Poll::of(&[old("a", 1, 103)]).removed(&[ahead(7)]));
    polled.monotonic = Duration::ZERO;
    let changes = polled.poll(Poll::of(&[old("a", 1, 200)]).after_gap());
    assert_eq!((new(changes), changes.interval()), (vec![("a", 0, None)], Duration::ZERO));
    let changes = polled.poll(Poll::of(&[old("a", 1, 204), ahead(8)]));
    assert_eq!(new(changes), [("a", 4, None), ("b", 0, Some(Added))]);
    assert_eq!(changes.interval(), Duration::from_secs(1));
    for _ in 0..6 {
        polled.poll(Poll::of(&[old("a", 1, 205)]));
    }
    assert_eq!(polled.changes.departed.len(), 0, "forgotten by the new clock");
}
