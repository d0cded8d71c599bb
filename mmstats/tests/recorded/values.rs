//! Which words a value has.

use mmstats::{Layout, MmStats, Stat, StatsFile, Value};
use mmstats_testing::kinds::Kinds;
use mmstats_testing::kinds::writes::WRITES;
use mmstats_testing::original::{content, field};
use mmstats_testing::parts::check;

use crate::{kinds, words};

/// The words of one stat.
fn words_of(file: &StatsFile, label: &str) -> Vec<u64> {
    let before = file.stats().take_while(|stat| stat.label() != label);
    let at = before.map(|stat| stat.word_count()).sum::<usize>();
    words(file)[at..at + file.get(label).unwrap().word_count()].to_vec()
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
