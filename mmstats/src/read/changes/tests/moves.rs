//! Files that are renamed, linked, adopted, moved away and back.

use super::made::{MadeFile, Poll, Polled, START, counted};
use crate::read::{Changes, FileEvent};
use FileEvent::{Added, Removed, Replaced};

/// A file that was there before.
fn old(path: &str, inode: u64, hits: u64) -> MadeFile {
    MadeFile::new(path, inode, START - 60.0).counter("hits", hits)
}

/// A file that is created right before the update after the first.
fn young(path: &str, inode: u64, hits: u64) -> MadeFile {
    MadeFile { created: Some(START + 0.9), ..old(path, inode, hits) }
}

/// What is new of each file, and what became of it.
fn new(changes: &Changes) -> Vec<(&str, u64, Option<FileEvent>)> {
    let events = changes.files().iter().map(crate::FileChange::event);
    counted(changes, "hits")
        .into_iter()
        .zip(events)
        .map(|((path, new), e)| (path, new, e))
        .collect()
}

#[test]
fn a_renamed_file_goes_on_from_its_last_state() {
    let mut polled = Polled::new(Poll::of(&[old("b", 1, 100)]));
    for (from, to, hits) in [("b", "c", 103), ("c", "a", 106)] {
        let changes = polled.poll(Poll::of(&[old(to, 1, hits)]).removed(&[old(from, 1, hits)]));
        let mut expected = [(from, 0, Some(Removed)), (to, 3, Some(Added))];
        expected.sort_by_key(|&(path, ..)| path);
        assert_eq!(new(changes), expected);
    }
    assert_eq!(new(polled.poll(Poll::of(&[old("a", 1, 107)]))), [("a", 1, None)]);
}

#[test]
fn a_young_file_that_is_renamed_isn_t_counted_twice() {
    let mut polled = Polled::new(Poll::of(&[]));
    assert_eq!(new(polled.poll(Poll::of(&[young("a", 1, 5)]))), [("a", 5, Some(Added))]);
    let changes = polled.poll(Poll::of(&[young("b", 1, 6)]).removed(&[young("a", 1, 6)]));
    assert_eq!(new(changes), [("a", 0, Some(Removed)), ("b", 1, Some(Added))]);
    // The same if it came and was renamed in one update.
    let changes = polled.poll(Poll::of(&[young("d", 2, 7)]).removed(&[young("c", 2, 7)]));
    assert_eq!(new(changes), [("c", 0, Some(Removed)), ("d", 7, Some(Added))]);
}

#[test]
fn a_file_that_takes_the_place_of_another_ends_it() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100), old("b", 2, 200)]));
    let removed = [old("a", 1, 110), old("b", 2, 203)];
    let changes = polled.poll(Poll::of(&[old("a", 2, 203)]).removed(&removed));
    let expected = [("a", 10, Some(Removed)), ("a", 3, Some(Replaced)), ("b", 0, Some(Removed))];
    assert_eq!(new(changes), expected);
}

#[test]
fn files_that_swap_their_names_go_on() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100), old("b", 2, 200)]));
    let removed = [old("a", 1, 101), old("b", 2, 202)];
    let changes = polled.poll(Poll::of(&[old("a", 2, 202), old("b", 1, 101)]).removed(&removed));
    let [a, b] = ["a", "b"].map(|path| (path, 0, Some(Removed)));
    assert_eq!(new(changes), [a, ("a", 2, Some(Replaced)), b, ("b", 1, Some(Replaced))]);
}

#[test]
fn another_writer_in_the_inode_of_a_removed_file_is_new() {
    let others: [fn(MadeFile) -> MadeFile; 4] = [
        |file| MadeFile { created: Some(START + 0.5), ..file },
        |file| MadeFile { created: None, ..file },
        |file| file.identity(|identity| identity.start_time += 1),
        |file| file.identity(|identity| identity.struct_name = "Other".into()),
    ];
    for other in others {
        let mut polled = Polled::new(Poll::of(&[young("a", 1, 100)]));
        let other = other(young("b", 1, 30));
        let changes = polled.poll(Poll::of(&[other]).removed(&[young("a", 1, 104)]));
        assert_eq!(new(changes), [("a", 4, Some(Removed)), ("b", 30, Some(Added))]);
    }
}

#[test]
fn each_of_two_links_is_its_own_file() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100), old("b", 1, 100)]));
    let changes = polled.poll(Poll::of(&[old("a", 1, 101), old("b", 1, 101), old("c", 1, 101)]));
    assert_eq!(new(changes), [("a", 1, None), ("b", 1, None), ("c", 0, Some(Added))]);
    let changes =
        polled.poll(Poll::of(&[old("b", 1, 103), old("c", 1, 103)]).removed(&[old("a", 1, 103)]));
    assert_eq!(new(changes), [("a", 2, Some(Removed)), ("b", 2, None), ("c", 2, None)]);
    // Two go, and one of them comes under another name.
    let removed = [old("b", 1, 104), old("c", 1, 104)];
    let changes = polled.poll(Poll::of(&[old("d", 1, 104)]).removed(&removed));
    let expected = [("b", 0, Some(Removed)), ("c", 1, Some(Removed)), ("d", 1, Some(Added))];
    assert_eq!(new(changes), expected);
}

#[test]
fn a_thread_that_adopts_a_file_goes_on_with_it() {
    let adopted = MadeFile { tid: 2, ..old("a", 1, 104) };
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100)]));
    assert_eq!(new(polled.poll(Poll::of(&[adopted]))), [("a", 4, None)]);
}

#[test]
fn a_file_that_was_away_is_a_baseline_even_if_it_is_young() {
    for file in [old, young] {
        let mut polled = Polled::new(Poll::of(&[]));
        polled.poll(Poll::of(&[file("a", 1, 5)]));
        polled.poll(Poll::of(&[]).removed(&[file("a", 1, 6)]));
        polled.poll(Poll::of(&[]));
        assert_eq!(new(polled.poll(Poll::of(&[file("b", 1, 9)]))), [("b", 0, Some(Added))]);
        assert_eq!(new(polled.poll(Poll::of(&[file("b", 1, 10)]))), [("b", 1, None)]);
    }
    // One that doesn't say when it was created may be another.
    let mut polled = Polled::new(Poll::of(&[]));
    let unknown = |hits| MadeFile { created: None, ..old("a", 1, hits) };
    polled.poll(Poll::of(&[unknown(5)]));
    polled.poll(Poll::of(&[]).removed(&[unknown(6)]));
    assert_eq!(new(polled.poll(Poll::of(&[unknown(9)]))), [("a", 9, Some(Added))]);
}

/// Without a device and inode, what the file says has to do.
#[test]
fn files_of_a_source_without_inodes_are_distinguished_by_what_they_say() {
    let of = |path, created, hits| MadeFile {
        inode: None,
        created: Some(created),
        ..old(path, 1, hits)
    };
    let mut polled = Polled::new(Poll::of(&[of("a", 0.0, 100)]));
    assert_eq!(new(polled.poll(Poll::of(&[of("a", 0.0, 101)]))), [("a", 1, None)]);
    let changes = polled.poll(Poll::of(&[of("b", 0.0, 103)]).removed(&[of("a", 0.0, 103)]));
    assert_eq!(new(changes), [("a", 0, Some(Removed)), ("b", 2, Some(Added))]);
    let changes = polled.poll(Poll::of(&[of("b", START + 1.0, 4)]));
    assert_eq!(new(changes), [("b", 4, Some(Replaced))]);
}

#[test]
fn a_file_that_ends_while_it_can_t_be_read_has_its_last_increase() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100)]));
    polled.poll(Poll::of(&[]).unread(&["a"]));
    let changes = polled.poll(Poll::of(&[]).removed(&[old("a", 1, 109)]));
    assert_eq!(new(changes), [("a", 9, Some(Removed))]);
}

#[test]
fn what_replaces_a_file_that_couldn_t_be_read_is_new() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100)]));
    polled.poll(Poll::of(&[]).unread(&["a"]));
    let changes = polled.poll(Poll::of(&[young("a", 2, 7)]).removed(&[old("a", 1, 101)]));
    assert_eq!(new(changes), [("a", 1, Some(Removed)), ("a", 7, Some(Replaced))]);
}

#[test]
fn the_state_before_a_gap_is_not_what_is_compared_with_after_it() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100), old("b", 2, 100)]));
    polled.poll(Poll::of(&[old("b", 2, 200)]).unread(&["a"]).after_gap());
    let changes = polled.poll(Poll::of(&[old("a", 1, 200), old("b", 2, 203)]));
    assert_eq!(new(changes), [("a", 0, Some(Added)), ("b", 3, None)]);
}

#[test]
fn a_state_is_kept_only_while_its_path_can_t_be_read() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100)]));
    polled.poll(Poll::of(&[]));
    assert_eq!(new(polled.poll(Poll::of(&[old("a", 1, 104)]))), [("a", 0, Some(Added))]);
}

/// No source should say so, but then nothing may be counted twice.
#[test]
fn a_file_that_is_present_and_removed_is_counted_once() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100)]));
    let changes = polled.poll(Poll::of(&[old("a", 1, 103)]).removed(&[old("a", 1, 103)]));
    assert_eq!(new(changes), [("a", 0, Some(Removed)), ("a", 3, None)]);
}

/// A file that can't be read to its end is among the errors.
#[test]
fn the_state_of_a_writer_is_dropped_when_another_has_its_file() {
    let mut polled = Polled::new(Poll::of(&[old("a", 1, 100)]));
    let changes = polled.poll(Poll::of(&[young("a", 1, 7)]).unread(&["a"]));
    assert_eq!(new(changes), [("a", 7, Some(Replaced))]);
    assert!(changes.unreadable.is_empty(), "{:?}", changes.unreadable);
}

#[test]
fn removed_files_are_remembered_only_while_their_age_shows_nothing() {
    let mut polled = Polled::new(Poll::of(&[]));
    let ahead = MadeFile { created: Some(START + 1e6), ..old("c", 3, 1) };
    let removed = [old("a", 1, 1), young("b", 2, 1), ahead];
    let count = |changes: &Changes| changes.departed.len();
    assert_eq!(count(polled.poll(Poll::of(&[]).removed(&removed))), 2);
    let remembered = [2, 2, 2, 2, 1, 0].map(|_| count(polled.poll(Poll::of(&[]))));
    assert_eq!(remembered, [2, 2, 2, 2, 1, 0]);
}
