//! What files count while they come and go.

use std::time::Duration;

use super::made::{MadeFile, Poll, Polled, START, counted};
use crate::read::{Changes, FileEvent};

fn file(path: &str, created: f64, hits: u64) -> MadeFile {
    MadeFile::new(path, 1, created).counter("hits", hits)
}

/// What is new of each file's hits.
fn new(changes: &Changes) -> Vec<(&str, u64)> {
    counted(changes, "hits")
}

fn events(changes: &Changes) -> Vec<(&str, FileEvent)> {
    let files = changes.files().iter();
    files.filter_map(|change| Some((change.file().path().to_str()?, change.event()?))).collect()
}

#[test]
fn the_baseline_isn_t_new() {
    let mut polled = Polled::new(Poll::of(&[file("a", 0.0, 100)]));
    assert_eq!((new(&polled.changes), events(&polled.changes)), (vec![("a", 0)], vec![]));
    assert_eq!(polled.changes.interval(), Duration::ZERO);
    let changes = polled.poll(Poll::of(&[file("a", 0.0, 103)]));
    assert_eq!((new(changes), events(changes)), (vec![("a", 3)], vec![]));
    assert_eq!(changes.interval(), Duration::from_secs(1));
    assert_eq!(new(polled.poll(Poll::of(&[file("a", 0.0, 103)]))), [("a", 0)]);
}

#[test]
fn a_new_file_counts_from_zero() {
    let mut polled = Polled::new(Poll::of(&[]));
    let changes = polled.poll(Poll::of(&[file("a", START + 0.5, 7)]));
    assert_eq!((new(changes), events(changes)), (vec![("a", 7)], vec![("a", FileEvent::Added)]));
    // Its writer took the time just before the last poll and linked the file just after.
    let changes = polled.poll(Poll::of(&[file("b", START + 0.9, 5)]));
    assert_eq!(new(changes), [("b", 5)]);
}

#[test]
fn an_old_file_that_is_moved_here_is_a_baseline() {
    let mut polled = Polled::new(Poll::of(&[]));
    let changes = polled.poll(Poll::of(&[file("a", START - 60.0, 7)]));
    assert_eq!((new(changes), events(changes)), (vec![("a", 0)], vec![("a", FileEvent::Added)]));
    assert_eq!(new(polled.poll(Poll::of(&[file("a", START - 60.0, 9)]))), [("a", 2)]);
}

#[test]
fn a_file_without_a_creation_time_is_new_when_it_appears() {
    let of = |hits| MadeFile { created: None, ..file("a", 0.0, hits) };
    let mut polled = Polled::new(Poll::of(&[]));
    assert_eq!(new(polled.poll(Poll::of(&[of(7)]))), [("a", 7)]);
    assert_eq!(new(polled.poll(Poll::of(&[of(8)]))), [("a", 1)]);
}

#[test]
fn a_file_that_is_removed_has_its_last_increase_once() {
    let mut polled = Polled::new(Poll::of(&[file("a", 0.0, 100), file("b", 0.0, 5)]));
    let removed = file("a", 0.0, 104);
    let changes = polled.poll(Poll::of(&[file("b", 0.0, 6)]).removed(&[removed]));
    assert_eq!(new(changes), [("a", 4), ("b", 1)]);
    assert_eq!(events(changes), [("a", FileEvent::Removed)]);
    assert!(changes.files()[0].is_removed() && !changes.files()[1].is_removed());
    let changes = polled.poll(Poll::of(&[file("b", 0.0, 8)]));
    assert_eq!((new(changes), events(changes)), (vec![("b", 2)], vec![]));
}

#[test]
fn another_writer_of_the_same_name_counts_from_zero() {
    let mut polled = Polled::new(Poll::of(&[file("a", 0.0, 100)]));
    let changes = polled.poll(Poll::of(&[file("a", START + 0.5, 120)]));
    assert_eq!(
        (new(changes), events(changes)),
        (vec![("a", 120)], vec![("a", FileEvent::Replaced)])
    );
}

/// A container's program has the same pid and the same file name each time.
#[test]
fn the_same_pid_in_the_same_file_later_is_another_writer() {
    let of = |start_time, hits| {
        let identity = |identity: &mut crate::Identity| {
            (identity.pid, identity.start_time) = (1, start_time);
        };
        MadeFile { created: None, ..file("a", 0.0, hits) }.identity(identity)
    };
    let mut polled = Polled::new(Poll::of(&[of(10, 3000)]));
    assert_eq!(new(polled.poll(Poll::of(&[of(11, 2000)]))), [("a", 2000)]);
    assert_eq!(new(polled.poll(Poll::of(&[of(12, 5000)]))), [("a", 5000)]);
    assert_eq!(new(polled.poll(Poll::of(&[of(12, 5001)]))), [("a", 1)]);
}

#[test]
fn a_counter_that_falls_has_restarted() {
    let mut polled = Polled::new(Poll::of(&[file("a", 0.0, 100)]));
    assert_eq!(new(polled.poll(Poll::of(&[file("a", 0.0, 30)]))), [("a", 0)]);
    assert_eq!(new(polled.poll(Poll::of(&[file("a", 0.0, 31)]))), [("a", 1)]);
}

#[test]
fn what_couldn_t_be_read_for_a_while_is_made_up_for() {
    let mut polled = Polled::new(Poll::of(&[file("a", 0.0, 100)]));
    for _ in 0..2 {
        let changes = polled.poll(Poll::of(&[]).unread(&["a"]));
        assert_eq!(changes.files().len(), 0);
    }
    let changes = polled.poll(Poll::of(&[file("a", 0.0, 104)]));
    assert_eq!((new(changes), events(changes)), (vec![("a", 4)], vec![]));
}

#[test]
fn what_was_there_but_couldn_t_be_read_isn_t_new() {
    let mut polled = Polled::new(Poll::of(&[]).unread(&["a", "dir"]).not_found(&["b"]));
    let files = ["a", "b", "dir/c"].map(|path| file(path, START + 0.5, 7));
    assert_eq!(new(polled.poll(Poll::of(&files))), [("a", 0), ("b", 7), ("dir/c", 0)]);
}

#[test]
fn after_a_gap_all_is_a_baseline() {
    let mut polled = Polled::new(Poll::of(&[file("a", 0.0, 100), file("c", 0.0, 1)]));
    let files = [file("a", 0.0, 105), file("b", START + 0.5, 7)];
    let changes = polled.poll(Poll::of(&files).removed(&[file("c", 0.0, 4)]).after_gap());
    assert_eq!(new(changes), [("a", 0), ("b", 0), ("c", 0)]);
    assert_eq!(changes.interval(), Duration::ZERO);
    let files = [file("a", 0.0, 106), file("b", START + 0.5, 9)];
    assert_eq!(new(polled.poll(Poll::of(&files))), [("a", 1), ("b", 2)]);
}
