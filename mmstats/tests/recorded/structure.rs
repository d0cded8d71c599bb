//! What a structure has, and what it hasn't.

use mmstats::{Counter, Field, Layout, MmStats, Options, StatsFile, Text};
use mmstats_testing::foreign::{Foreign, foreign};
use mmstats_testing::kinds::Kinds;
use mmstats_testing::original::field;
use mmstats_testing::parts::check;

use crate::{kinds, words};

#[test]
fn a_structure_has_nothing_of_the_values_and_of_the_writer() {
    let read = |layout, write: bool| {
        let directory = tempfile::tempdir().unwrap();
        let stats = Kinds::options().layout(layout).path(directory.path()).create().unwrap();
        if write {
            stats.write();
        }
        StatsFile::read(stats.path().unwrap()).unwrap()
    };
    for layout in [Layout::Aligned, Layout::Packed] {
        let main = read(layout, true);
        // Its `sys.tid`, `sys.created`, identity and all values are others.
        let other = std::thread::spawn(move || read(layout, false)).join().unwrap();
        assert_ne!((main.tid(), words(&main)), (other.tid(), words(&other)));
        assert!(main.structure() == other.structure(), "{layout:?}");
        assert_ne!(main.structure_id(), other.structure_id(), "they were parsed each");
        if layout == Layout::Aligned {
            assert_ne!(main.identity_bytes(), other.identity_bytes());
        }

        let empty = StatsFile::from_bytes("structure", main.structure()).unwrap();
        assert_eq!(words(&empty), vec![0; main.word_count()]);
        for stat in empty.stats() {
            let layout = stat.field_layout();
            assert!(layout.buffers.iter().all(|(_, bytes)| bytes.iter().all(|byte| *byte == 0)));
            assert_eq!(layout.write_buffer, if stat.is_buffered() { 1 } else { 0xff });
        }
        let identity = empty.identity_bytes();
        assert!(identity.iter().all(|byte| *byte == 0), "{identity:?}");
        assert_eq!(identity.len(), main.identity_bytes().len());
    }
}

/// A writer that is adding a field has stored its entry, or a part of it, and not yet its label.
#[test]
fn free_space_is_no_structure() {
    for (layout, is_aligned) in [(Layout::Aligned, true), (Layout::Packed, false)] {
        let clean = kinds(layout);
        let file = StatsFile::from_bytes("file", &clean).unwrap();
        let last = file.stats().last().unwrap().field_layout();
        let end = last.offset + last.size;
        let mut busy = clean.clone();
        busy[end + 2..end + 50].fill(7);
        if is_aligned {
            // In front of the last entry, which begins with a checksum.
            let zeros = clean[end..].iter().take_while(|byte| **byte == 0).count();
            busy[end + zeros - 60..end + zeros - 8].fill(7);
        }
        let busy = StatsFile::from_bytes("file", &busy).unwrap();
        assert!(file.structure() == busy.structure(), "{layout:?}");
        check(&busy).unwrap();
    }
}

#[test]
fn a_field_that_is_added_leaves_the_words_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Options::dynamic("Growing").path(directory.path()).create().unwrap();
    let mut watch = mmstats::Watch::new([directory.path()]);
    let mut poll = || watch.poll().files().next().unwrap().file().clone();
    let hits: Counter = stats.add(Counter::named("hits")).unwrap();
    let first = poll();
    assert_eq!(poll().revision(), first.revision(), "nothing has changed");
    hits.add(7);
    let second = poll();
    assert_eq!(second.revision(), first.revision() + 1);
    assert_eq!(first.structure_id(), second.structure_id());
    assert_eq!(first.structure(), second.structure());
    let text: Text = stats.add(Text::named("text")).unwrap();
    text.set("grown");
    let third = poll();
    assert_ne!(third.structure_id(), second.structure_id());
    assert_ne!(third.structure(), second.structure());
    assert_eq!(third.structure().len(), second.structure().len());
    assert_eq!(words(&third)[..second.word_count()], words(&second));
    check(&third).unwrap();
}

/// Where a file breaks off, only what says why is structure.
#[test]
fn fields_that_broke_off_are_no_words_and_change_no_structure() {
    let good = field("a", "Q", 0xff, &7_u64.to_ne_bytes());
    let long = field("b", "1000000000s", 0xff, b"first");
    for (bad, values) in [
        (long, &b"other"[..]),
        (field("b", "z", 0, b"first"), b"other"),
        (field("b", "Q", 9, b"first"), b"other"),
        (vec![200, 0, b'b', b'f'], b"x"),
        (vec![1, 0, b'b', 1], b""),
        (vec![1, 0, b'b', 5, 0, b'Q'], b"q"),
        (vec![1, 0, b'b', 1, 0, b'Q'], b""),
        (vec![1], b""),
    ] {
        let first = [&[1], &*good, &*bad].concat();
        let mut second = first.clone();
        let at = second.len() - values.len();
        second[at..].copy_from_slice(values);
        let [first, second] =
            [first, second].map(|bytes| StatsFile::from_bytes("file", bytes).unwrap());
        assert!(first.problem().is_some(), "{bad:?}");
        assert_eq!((words(&first), first.stats().len()), (vec![7], 1));
        let known = bad.len() == 4 || bad.ends_with(b"Q");
        assert!(known || first.structure() == second.structure(), "{bad:?}");
        check(&first).unwrap();
        check(&second).unwrap();
    }
}

/// The size of a field of an unknown type stands in an index entry, which may lie
/// within a later value.
#[test]
fn a_structure_that_depends_on_a_value_is_all_of_the_file() {
    let one = Foreign::new("one", 6, "3z", &[1]);
    let file = foreign(&mmstats::Identity::default(), &[one]);
    let known = StatsFile::from_bytes("file", &file).unwrap();
    assert_eq!((known.stats().len(), known.problem().is_none()), (1, true));
    check(&known).unwrap();
    // A value that reaches over the index up to the identity.
    let end = known.get("one").unwrap().field_layout();
    let end = end.offset + end.size;
    let head = field("two", "00000s", 0xff, b"").len();
    let size = file.len() - known.identity_bytes().len() - 64 - end - head;
    let mut hiding = file.clone();
    let two = field("two", &format!("{size:05}s"), 0xff, b"");
    hiding[end..end + two.len()].copy_from_slice(&two);
    let hiding = StatsFile::from_bytes("file", &hiding).unwrap();
    assert_eq!(hiding.stats().len(), 2, "{:?}", hiding.problem());
    check(&hiding).unwrap();
}
