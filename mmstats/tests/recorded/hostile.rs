//! Parts that nobody took of a file.

use std::fs;
use std::path::Path;

use mmstats::{FormatError, Layout, ReadError, StatsFile};
use mmstats_testing::original::{content, field};
use mmstats_testing::parts::{Parts, check};
use mmstats_testing::sameness::same_shown;
use proptest::prelude::*;

use crate::{data, kinds};

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
