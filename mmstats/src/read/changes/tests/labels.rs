//! What is new of each stat, by its kind and label.

use super::made::{MadeFile, Poll, Polled, counted, increases};
use crate::format::{Buckets, DeclaredField, Kind};
use crate::read::{Changes, Increase, StatsFile};

fn file() -> MadeFile {
    MadeFile::new("a", 1, 0.0)
}

fn timer(count: u64, total: f64) -> [u64; 7] {
    [0, count, total.to_bits(), 0, 0, 0, 2]
}

/// With one stat of each kind.
fn of_each_kind(count: u64) -> MadeFile {
    let sum = count as f64 / 2.0;
    let sequenced = |label, signature, kind, words: &[u64]| {
        let initial = words.iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<u8>>().into();
        DeclaredField { initial, sequenced: true, ..DeclaredField::zeroed(label, signature, kind) }
    };
    let average = |label, how, signature, words: &[u64]| DeclaredField {
        parameters: [100, how],
        ..sequenced(label, signature, Kind::Average, words)
    };
    let buckets = Buckets::new(1, 3).unwrap();
    let mut counts = vec![0; buckets.count()];
    counts[2] = count;
    let histogram = DeclaredField {
        buffered: false,
        parameters: [1, 3],
        initial: counts.iter().flat_map(|count| count.to_ne_bytes()).collect::<Vec<u8>>().into(),
        ..DeclaredField::zeroed("histogram", "6Q", Kind::Histogram)
    };
    file()
        .counter("counter", count)
        .declared(sequenced("timer", "dQddddQ", Kind::Timer, &timer(count, sum)))
        .declared(average("average", 0, "ddQQ", &[0, sum.to_bits(), count, 2]))
        .declared(average("moving", 1, "dQQ", &[0, count, 2]))
        .declared(histogram)
        .field("up_down", "q", Kind::UpDownCounter, &[0_u64.wrapping_sub(count)])
        .field("gauge", "Q", Kind::Gauge, &[count])
        .field("timestamp", "d", Kind::Timestamp, &[sum.to_bits()])
        .field("packed_timer", "d", Kind::Timer, &[sum.to_bits()])
        .field("float_counter", "d", Kind::Counter, &[sum.to_bits()])
}

fn increase(changes: &Changes, label: &str) -> Option<Increase> {
    increases(changes, label).pop().map(|(_, increase)| increase)
}

#[test]
fn each_kind_has_its_increase() {
    let mut polled = Polled::new(Poll::of(&[of_each_kind(10)]));
    let expect = |changes: &Changes, count: u64| {
        let total = Some(Increase::Total { count, total: count as f64 / 2.0 });
        assert_eq!(increase(changes, "counter"), Some(Increase::Count(count)));
        assert_eq!(increase(changes, "timer"), total);
        assert_eq!(increase(changes, "average"), total);
        let down = Some(Increase::UpDown(-count.cast_signed()));
        assert_eq!(increase(changes, "up_down"), down);
        let Some(Increase::Histogram(histogram)) = increase(changes, "histogram") else {
            panic!("{changes:?}");
        };
        let values = histogram.buckets().map(|bucket| (*bucket.values.start(), bucket.count));
        assert_eq!(values.collect::<Vec<_>>(), if count == 0 { vec![] } else { vec![(2, count)] });
        for label in ["moving", "gauge", "timestamp", "packed_timer", "float_counter", "sys.tid"] {
            assert_eq!(increase(changes, label), None, "{label}");
        }
    };
    expect(&polled.changes, 0);
    expect(polled.poll(Poll::of(&[of_each_kind(14)])), 4);
    expect(polled.poll(Poll::of(&[of_each_kind(14)])), 0);
    let mut polled = Polled::new(Poll::of(&[]));
    let young = MadeFile { created: None, ..of_each_kind(14) };
    expect(polled.poll(Poll::of(&[young])), 14);
}

#[test]
fn a_stat_of_another_file_has_no_increase() {
    let mut polled = Polled::new(Poll::of(&[file().counter("hits", 1)]));
    let changes = polled.poll(Poll::of(&[file().counter("hits", 2)]));
    let other = file().counter("hits", 2).read();
    assert_eq!(changes.files()[0].increase(&other.get("hits").unwrap()), None);
}

#[test]
fn a_stat_that_is_added_counts_from_zero() {
    let bare = file().counter("other", 1);
    let grown = |hits| bare.clone().counter("hits", hits);
    let mut polled = Polled::new(Poll::of(std::slice::from_ref(&bare)));
    assert_eq!(counted(polled.poll(Poll::of(&[grown(9)])), "hits"), [("a", 9)]);
    assert_eq!(counted(polled.poll(Poll::of(&[grown(10)])), "hits"), [("a", 1)]);
}

/// It may have been beyond what could be read.
#[test]
fn a_stat_that_appears_in_a_file_that_was_broken_is_a_baseline() {
    let broken = |bytes: &[u8]| StatsFile::from_bytes("a", bytes).unwrap();
    let whole = b"\x01\x04\0hits\x01\0Q\x00\x03\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0";
    let poll = |bytes: &[u8]| {
        let file = broken(bytes);
        Poll { files: vec![MadeFile::watch(file)], ..Poll::default() }
    };
    let mut polled = Polled::new(poll(&whole[..9]));
    assert!(polled.changes.files()[0].file().problem().is_some());
    assert_eq!(counted(polled.poll(poll(whole)), "hits"), [("a", 0)]);
    let mut polled = Polled::new(poll(&whole[..1]));
    assert_eq!(counted(polled.poll(poll(whole)), "hits"), [("a", 9)], "it had no stats");
}

#[test]
fn of_equal_labels_the_nth_is_compared_with_the_nth() {
    let of = |counts: &[u64]| {
        Poll::of(&[counts.iter().fold(file(), |file, &count| file.counter("hits", count))])
    };
    let all = |changes: &Changes| -> Vec<Option<Increase>> {
        let change = &changes.files()[0];
        let hits = change.file().stats().filter(|stat| stat.label() == "hits");
        hits.map(|stat| change.increase(&stat)).collect()
    };
    let mut polled = Polled::new(of(&[10, 20]));
    assert_eq!(all(polled.poll(of(&[11, 22]))), [1, 2].map(|new| Some(Increase::Count(new))));
    let new = [0, 3, 7].map(|new| Some(Increase::Count(new)));
    assert_eq!(all(polled.poll(of(&[11, 25, 7]))), new);
}

#[test]
fn stats_are_found_where_the_order_of_labels_differs() {
    let of = |labels: &[(&str, u64)]| {
        let file = labels.iter().fold(file(), |file, (label, count)| file.counter(label, *count));
        Poll::of(&[file])
    };
    let mut polled = Polled::new(of(&[("a", 1), ("b", 10), ("c", 100), ("d", 1000)]));
    let changes = polled.poll(of(&[("a", 2), ("d", 1004), ("b", 13), ("e", 7), ("c", 102)]));
    for (label, new) in [("a", 1), ("b", 3), ("c", 2), ("d", 4), ("e", 7)] {
        assert_eq!(increase(changes, label), Some(Increase::Count(new)), "{label}");
    }
}

#[test]
fn a_label_that_was_something_else_is_a_baseline() {
    let mut polled = Polled::new(Poll::of(&[file().field("hits", "Q", Kind::Gauge, &[3])]));
    assert_eq!(counted(polled.poll(Poll::of(&[file().counter("hits", 9)])), "hits"), [("a", 0)]);
    assert_eq!(counted(polled.poll(Poll::of(&[file().counter("hits", 10)])), "hits"), [("a", 1)]);
}

#[test]
fn a_file_in_the_same_memory_is_unchanged() {
    let watched = file().counter("hits", 9).watched();
    let poll = || Poll { files: vec![watched.clone()], ..Poll::default() };
    let mut polled = Polled::new(poll());
    assert!(!polled.changes.files()[0].is_unchanged(), "nothing was there before");
    let changes = polled.poll(poll());
    assert!(changes.files()[0].is_unchanged());
    assert_eq!(counted(changes, "hits"), [("a", 0)]);
    assert!(!polled.poll(Poll { after_gap: true, ..poll() }).files()[0].is_unchanged());
    let changes = polled.poll(Poll::of(&[file().counter("hits", 10)]));
    assert!(!changes.files()[0].is_unchanged());
}

/// The structure is parsed once, and shared.
#[test]
fn a_file_that_is_read_again_is_unchanged_until_it_counts() {
    let directory = tempfile::tempdir().unwrap();
    let stats = crate::Options::dynamic("Jobs").path(directory.path()).create().unwrap();
    let hits: crate::Counter = stats.add(crate::Field::named("hits")).unwrap();
    let (mut watch, mut changes) = (crate::Watch::new([directory.path()]), Changes::new());
    changes.advance(&watch.poll());
    for (new, is_unchanged) in [(0, true), (3, false), (0, true)] {
        hits.add(new);
        changes.advance(&watch.poll());
        assert_eq!(changes.files()[0].is_unchanged(), is_unchanged);
        assert_eq!(increase(&changes, "hits"), Some(Increase::Count(new)));
    }
}

/// Anybody may write a file, and change its structure as fast as it is read. If this took quadratic
/// time, it wouldn't end within minutes.
#[test]
fn a_hundred_thousand_labels_in_another_order_at_each_poll_are_compared() {
    const LABELS: usize = 100_000;
    let poll = |begin: usize| {
        let mut bytes = vec![1];
        for label in (0..LABELS).map(|label| (begin + label) % LABELS) {
            bytes.extend(b"\x06\0");
            bytes.extend(format!("{label:06}").bytes());
            bytes.extend(b"\x01\0Q\x00");
            bytes.extend([0; 8]);
            bytes.extend((begin as u64).to_ne_bytes());
        }
        let file = StatsFile::from_bytes("a", bytes).unwrap();
        Poll { files: vec![MadeFile::watch(file)], ..Poll::default() }
    };
    let mut polled = Polled::new(poll(0));
    for (before, begin) in [(0, 1), (1, 2), (2, LABELS / 2)] {
        let change = &polled.poll(poll(begin)).files()[0];
        let new = (begin - before) as u64;
        let stats = change.file().stats();
        assert!(stats.len() == LABELS);
        assert!(stats.map(|stat| change.increase(&stat)).all(|i| i == Some(Increase::Count(new))));
    }
}
