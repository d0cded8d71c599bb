//! Files that are taken apart into structure, identity and words, and put together again.

use std::fs;
use std::path::{Path, PathBuf};

use mmstats::{
    Counter, Family, Field, FormatError, Histogram, Layout, MmStats, Options, Processes, ReadError,
    Stat, StatsFile, Text, Timer, Value, Verdict,
};
use mmstats_testing::foreign::{Foreign, foreign};
use mmstats_testing::kinds::Kinds;
use mmstats_testing::kinds::writes::WRITES;
use mmstats_testing::original::{content, field};
use mmstats_testing::parts::{Parts, check};
use mmstats_testing::sameness::same_shown;
use proptest::prelude::*;

fn data() -> impl Iterator<Item = PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "mmstats"))
}

/// Every kind, written.
fn kinds(layout: Layout) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let stats = Kinds::options().layout(layout).path(directory.path()).create().unwrap();
    stats.write();
    fs::read(stats.path().unwrap()).unwrap()
}

fn words(file: &StatsFile) -> Vec<u64> {
    Parts::of(file).words
}

/// The words of one stat.
fn words_of(file: &StatsFile, label: &str) -> Vec<u64> {
    let before = file.stats().take_while(|stat| stat.label() != label);
    let at = before.map(|stat| stat.word_count()).sum::<usize>();
    words(file)[at..at + file.get(label).unwrap().word_count()].to_vec()
}

#[test]
fn every_file_shows_the_same_when_it_is_put_together_again() {
    for path in data() {
        let file = StatsFile::read(&path).unwrap();
        assert!(file.stats().len() > 0);
        check(&file).unwrap_or_else(|difference| panic!("{}: {difference}", path.display()));
    }
    for layout in [Layout::Aligned, Layout::Packed] {
        check(&StatsFile::from_bytes("kinds", kinds(layout)).unwrap()).unwrap();
    }
}

#[derive(MmStats)]
struct Shop {
    orders: Family<Counter>,
    sizes: Family<Histogram>,
    latency: Timer,
}

/// A thread that meets many series has several files.
#[test]
fn series_and_further_files_are_put_together_again() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Shop::options().path(directory.path()).create().unwrap();
    for number in 0..300 {
        let tenant = format!("tenant-{number}");
        stats.orders.get(&[("tenant", &*tenant)]).add(number);
        stats.latency.record_secs(0.5);
        if number < 20 {
            stats.sizes.get(&[("tenant", &*tenant)]).record(number);
        }
    }
    let paths: Vec<_> = fs::read_dir(&directory).unwrap().map(|it| it.unwrap().path()).collect();
    assert!(paths.len() > 1, "{paths:?}");
    for path in paths {
        check(&StatsFile::read(path).unwrap()).unwrap();
    }
}

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
        assert_eq!(main.structure() == other.structure(), true, "{layout:?}");
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

#[test]
fn a_value_is_in_its_own_words_alone() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Kinds::options().path(directory.path()).create().unwrap();
    let read = || StatsFile::read(stats.path().unwrap()).unwrap();
    let mut before = read();
    for (round, (_, write)) in (1_000..).zip(WRITES.iter().cycle().take(3 * WRITES.len())) {
        write(&stats, round);
        let now = read();
        let (old, new) = (words(&before), words(&now));
        let mut at = 0;
        for (stat, earlier) in now.stats().zip(before.stats()) {
            let own = at..at + stat.word_count();
            let shown = |stat: &Stat<'_>| format!("{:?}", stat.components().collect::<Vec<_>>());
            if shown(&stat) == shown(&earlier) {
                // A text may have other bytes behind its end.
                assert!(new[own.clone()] == old[own.clone()] || stat.signature().contains('s'));
            } else {
                assert_ne!(new[own.clone()], old[own.clone()], "{}", stat.label());
            }
            at = own.end;
        }
        assert_eq!(now.structure(), before.structure());
        before = now;
    }
}

/// Which words they are is what recordings depend on for ever.
#[test]
fn words_are_values_extended_and_filled_up() {
    let number = |signature: &str, bytes: &[u8]| {
        StatsFile::from_bytes("file", content(&[field("a", signature, 0xff, bytes)])).unwrap()
    };
    let all = u64::MAX;
    for (signature, bytes, expected) in [
        ("b", &(-2_i8).to_ne_bytes()[..], &[all - 1][..]),
        ("h", &(-3_i16).to_ne_bytes(), &[all - 2]),
        ("i", &(-4_i32).to_ne_bytes(), &[all - 3]),
        ("q", &(-5_i64).to_ne_bytes(), &[all - 4]),
        ("B", &[0xfe], &[0xfe]),
        ("H", &0xfffd_u16.to_ne_bytes(), &[0xfffd]),
        ("   I", &0xffff_fffc_u32.to_ne_bytes(), &[0xffff_fffc]),
        ("f", &(-1.5_f32).to_ne_bytes(), &[0xbfc0_0000]),
        ("d", &2.5_f64.to_ne_bytes(), &[2.5_f64.to_bits()]),
        ("?", &[1], &[1]),
        (
            "9s",
            b"123456789",
            &[u64::from_ne_bytes(*b"12345678"), u64::from_ne_bytes(*b"9\0\0\0\0\0\0\0")],
        ),
        ("<h", &[1, 0x80], &[u64::from_ne_bytes([1, 0x80, 0, 0, 0, 0, 0, 0])]),
        ("BH", &[1, 0, 2, 3], &[u64::from_ne_bytes([1, 0, 2, 3, 0, 0, 0, 0])]),
        ("3Q", &[7_u64, 8, 9].map(u64::to_ne_bytes).concat(), &[7, 8, 9]),
        ("0s", b"", &[]),
    ] {
        let file = number(signature, bytes);
        assert_eq!(words(&file), expected, "{signature}");
        check(&file).unwrap();
    }
    let twice = [7_u64.to_ne_bytes(), 8_u64.to_ne_bytes()].concat();
    for (write_buffer, expected) in [(0, 8), (1, 7)] {
        let file = content(&[field("a", "Q", write_buffer, &twice)]);
        assert_eq!(words(&StatsFile::from_bytes("file", file).unwrap()), [expected]);
    }
}

#[test]
fn sequence_numbers_are_no_words() {
    let file = StatsFile::from_bytes("kinds", kinds(Layout::Aligned)).unwrap();
    let timer = words_of(&file, "timer");
    let [mean, count] = ["mean", "count"].map(|name| file.get("timer").unwrap().component(name));
    assert_eq!((timer.len(), Some(Value::Unsigned(timer[1]))), (6, count));
    assert_eq!(Some(Value::Float(f64::from_bits(timer[0]))), mean);
    let histogram = file.get("histogram").unwrap();
    let buckets = words_of(&file, "histogram");
    assert_eq!(buckets.iter().sum::<u64>(), histogram.histogram().unwrap().count());
    assert_eq!(words_of(&file, "text").len(), 3, "21 bytes");
}

#[test]
fn a_field_that_is_added_leaves_the_words_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Options::dynamic("Growing").path(directory.path()).create().unwrap();
    let mut watch = mmstats::Watch::new([directory.path()]);
    let mut poll = || watch.poll().files().next().unwrap().file().clone();
    let hits: Counter = stats.add(Counter::named("hits")).unwrap();
    let first = poll();
    hits.add(7);
    let second = poll();
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

#[test]
fn other_values_are_taken_and_clones_keep_theirs() {
    let file = StatsFile::from_bytes("kinds", kinds(Layout::Aligned)).unwrap();
    let parts = Parts::of(&file);
    let mut kept = parts.file(Path::new("kinds")).unwrap();
    let clone = kept.clone();
    let at = kept.stats().take_while(|stat| stat.label() != "counter");
    let at = at.map(|stat| stat.word_count()).sum::<usize>();
    let mut words = parts.words.clone();
    words[at] = 77;
    kept.set_words(&words).unwrap();
    let counter = |file: &StatsFile| file.get("counter").unwrap().value().as_u64();
    assert_eq!((counter(&kept), counter(&clone)), (Some(77), counter(&file)));
    assert_eq!(kept.structure_id(), clone.structure_id());
    let error = kept.set_words(&words[1..]).unwrap_err();
    let size = words.len();
    assert_eq!(
        format!("{error:#}"),
        format!(
            "kinds: can't be parsed: its structure has {size} words of values, found {}",
            size - 1
        )
    );
    assert_eq!(counter(&kept), Some(77), "nothing has changed");
}

#[test]
fn what_is_unstable_is_kept_beside_the_words() {
    let file = StatsFile::from_bytes("kinds", kinds(Layout::Aligned)).unwrap();
    let mut kept = Parts::of(&file).file(Path::new("kinds")).unwrap();
    kept.set_unstable(&[9, 3, 3, u32::MAX]);
    assert_eq!(kept.unstable(), [3, 9]);
    let stable = |file: &StatsFile| file.stats().filter(Stat::is_stable).count();
    assert_eq!(stable(&kept), file.stats().len() - 2);
    assert!(kept.stats().nth(3).unwrap().note().unwrap().contains("unstable"));
    check(&kept).unwrap();
    let words = words(&kept);
    kept.set_words(&words).unwrap();
    assert_eq!(stable(&kept), file.stats().len());
}

#[test]
fn a_file_of_another_time_has_its_inode_and_owner_and_no_life() {
    let path = data().next().unwrap();
    let file = StatsFile::read(&path).unwrap();
    let ((device, inode), owner) = (file.device_and_inode().unwrap(), file.owner().unwrap());
    let plain = StatsFile::from_parts(&path, &file.structure(), &[], &words(&file)).unwrap();
    assert_eq!((plain.device_and_inode(), plain.owner()), (None, None));
    let kept = plain.with_inode(device, inode, owner);
    for kept in [kept.clone(), kept] {
        assert_eq!((kept.device_and_inode(), kept.owner()), (Some((device, inode)), Some(owner)));
        // The path still has the very file, which says nothing about that time.
        let life = kept.life(&mut Processes::new());
        assert_eq!((life.verdict, &*life.reason), (Verdict::Undecided, "recorded at another time"));
    }
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

#[test]
fn parts_that_are_none_are_errors() {
    for structure in [&b""[..], b"\x02", b"SQLite format 3\0"] {
        let error = StatsFile::from_parts("/x", structure, &[], &[]).unwrap_err();
        assert!(matches!(error, ReadError::Damaged { .. }) && error.path() == Path::new("/x"));
    }
    let Parts { structure, identity, words, .. } =
        Parts::of(&StatsFile::from_bytes("kinds", kinds(Layout::Aligned)).unwrap());
    let made = |identity: &[u8], words: &[u64]| match StatsFile::from_parts(
        "/x", &structure, identity, words,
    ) {
        Err(ReadError::Damaged { source, .. }) => Some(source),
        other => other.err().map(|error| panic!("{error}")),
    };
    let (size, bytes) = (words.len(), identity.len());
    assert_eq!(made(&identity, &words), None);
    let error = FormatError::WordCount { expected: size, found: 0 };
    assert_eq!(made(&identity, &[]), Some(error));
    let error = FormatError::IdentitySize { expected: bytes, found: 0 };
    assert_eq!(made(&[], &words), Some(error));
}

const SIGNATURES: [&str; 18] = [
    "Q", "q", "d", "f", "I", "i", "H", "h", "B", "b", "?", "5s", "64sQ", "ddQQ", "bQ", "<H", "3Q",
    "0s",
];

/// A field of the original's format, with any values.
fn any_field() -> impl Strategy<Value = Vec<u8>> {
    let signature = prop::sample::select(&SIGNATURES[..]);
    let values = prop::collection::vec(any::<u8>(), 160);
    ("[a-c.]{1,5}", signature, prop::sample::select(&[0_u8, 1, 0xff][..]), values).prop_map(
        |(label, signature, write_buffer, values)| {
            let one = content(&[field("x", signature, 0xff, &values)]);
            let size = StatsFile::from_bytes("file", one).unwrap();
            let size = size.stats().next().unwrap().field_layout().buffers[0].1.len();
            let copies = if write_buffer == 0xff { 1 } else { 2 };
            field(label, signature, write_buffer, &values[..copies * size])
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_fields_are_put_together_again(fields in prop::collection::vec(any_field(), 0..8)) {
        let file = StatsFile::from_bytes("file", content(&fields)).unwrap();
        prop_assert_eq!(file.stats().len(), fields.len());
        prop_assert_eq!(check(&file), Ok(()));
    }

    #[test]
    fn damaged_files_are_put_together_again(
        of_ours in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = if of_ours { ours() } else { theirs() };
        damage_and_cut(&mut bytes, &damage, cut);
        if let Ok(file) = StatsFile::from_bytes("file", bytes) {
            prop_assert_eq!(check(&file), Ok(()));
        }
    }

    #[test]
    fn hostile_parts_never_panic(
        of_ours in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..64_u32), 0..4),
    ) {
        let file = StatsFile::from_bytes("file", if of_ours { ours() } else { theirs() }).unwrap();
        let Parts { mut structure, identity, mut words, .. } = Parts::of(&file);
        damage_and_cut(&mut structure, &damage, cut);
        for (index, bit) in flips {
            let at = index.index(words.len());
            words[at] ^= 1 << bit;
        }
        match StatsFile::from_parts("file", &structure, &identity, &words) {
            Ok(file) => {
                prop_assert_eq!(check(&file), Ok(()));
                prop_assert_eq!(same_shown(&file, &file), Ok(()));
            }
            Err(error) => prop_assert!(error.to_string().starts_with("file: ")),
        }
        if let Ok(empty) = StatsFile::from_bytes("file", &structure) {
            let words = vec![words[0]; empty.word_count()];
            let identity = empty.identity_bytes();
            let made = StatsFile::from_parts("file", &structure, identity, &words).unwrap();
            prop_assert_eq!(check(&made), Ok(()));
        }
    }
}

/// A file of every kind, made once.
fn ours() -> Vec<u8> {
    static OURS: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| kinds(Layout::Aligned));
    OURS.clone()
}

fn theirs() -> Vec<u8> {
    fs::read(data().find(|path| path.ends_with("py-0.8.0-every.mmstats")).unwrap()).unwrap()
}

fn damage_and_cut(
    bytes: &mut Vec<u8>,
    damage: &[(prop::sample::Index, u8)],
    cut: Option<prop::sample::Index>,
) {
    for (index, byte) in damage {
        let at = index.index(bytes.len());
        bytes[at] = *byte;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
}
