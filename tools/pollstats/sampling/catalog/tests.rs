//! What is known of labels, and how many.

use mmstats::{Identity, StatsFile};
use mmstats_testing::foreign::{Foreign, foreign, writer_like};

use super::*;

/// Adds a stat to what is known of `r`.
fn add(known: &mut Catalog, label: &str, kind: u8, unit: &str) -> Entry {
    add_to(known, "r", label, kind, unit)
}

fn add_to(known: &mut Catalog, target: &str, label: &str, kind: u8, unit: &str) -> Entry {
    let field = Foreign { unit: unit.to_owned(), ..Foreign::new(label, kind, "Q", &[1]) };
    let bytes = foreign(&writer_like(&Identity::default(), |_| {}), &[field]);
    let file = StatsFile::from_bytes("file", bytes).unwrap();
    let stat = file.get(label).unwrap();
    known.add(Target::new(target), &stat, ColumnKind::of(&stat, false), Subject::Work)
}

const UNKNOWN: u8 = 0;
const COUNTER: u8 = 1;
const GAUGE: u8 = 2;

#[test]
fn series_of_one_kind_and_unit_are_added_up() {
    let mut known = Catalog::new(10);
    let rejected = |is_first| Entry::Rejected { id: 0, is_first };
    for (label, kind, unit, expected) in [
        // The kind is only a guess yet.
        ("r{a}", UNKNOWN, "", Entry::Member(0)),
        ("r{b}", COUNTER, "bytes", Entry::Member(0)),
        ("r{c}", COUNTER, "bytes", Entry::Member(0)),
        ("r{c}", COUNTER, "", rejected(true)),
        ("r{d}", GAUGE, "bytes", rejected(false)),
        ("r{e}", UNKNOWN, "", rejected(false)),
        // Another version of the program that came first.
        ("r{a}", GAUGE, "", Entry::Member(0)),
    ] {
        assert_eq!(add(&mut known, label, kind, unit), expected, "{label}");
    }
    let info = known.info(0);
    assert_eq!((info.kind, &*info.unit), (ColumnKind::Counter, "bytes"));
}

#[test]
fn there_are_no_more_labels_than_the_limit() {
    let mut known = Catalog::new(0);
    assert_eq!(add(&mut known, "r", COUNTER, ""), Entry::Full);
    assert_eq!((known.iter().count(), known.changes()), (0, 0));
    let mut known = Catalog::new(10);
    let long = "x".repeat(9 * 128);
    let mut add = |label: &str| add_to(&mut known, label, label, COUNTER, "");
    assert_eq!(
        [add(&long), add(&long), add("y")],
        [Entry::Member(0), Entry::Member(0), Entry::Full]
    );
}
#[test]
fn what_is_new_is_a_change() {
    let mut known = Catalog::new(10);
    let changes = [("r{a}", UNKNOWN), ("r{a}", UNKNOWN), ("r{b}", COUNTER), ("r{c}", COUNTER)];
    let changes = changes.map(|(label, kind)| {
        add(&mut known, label, kind, "");
        known.changes()
    });
    assert_eq!(changes, [1, 1, 2, 2]);
}
