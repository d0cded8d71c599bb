//! Bad files give a message or the stats before the damage, never a panic.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::StatsFile;
use crate::file::ReadError;
use crate::format::{
    Aggregate, DeclaredField, FormatError, Identity, Kind, LaidOutField, Layout, NewFile,
};

fn vector() -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    fs::read(data.join("py-0.8.0-every.mmstats")).unwrap()
}

fn declared(
    label: &str,
    signature: &'static str,
    kind: Kind,
    parameters: [u64; 2],
) -> DeclaredField {
    let base = DeclaredField::zeroed(label, signature, kind);
    DeclaredField {
        initial: vec![1; base.initial.len()].into(),
        buffered: kind != Kind::Histogram,
        sequenced: matches!(kind, Kind::Timer | Kind::Average),
        aggregate: Aggregate::Sum,
        unit: "things".into(),
        help: "What it is.".into(),
        parameters,
        ..base
    }
}

/// A file of this library with every kind of value.
fn ours() -> NewFile {
    let fields = [
        declared("hits", "Q", Kind::Counter, [0; 2]),
        declared("on", "?", Kind::Gauge, [0; 2]),
        declared("text", "5s", Kind::Info, [0; 2]),
        declared("render", "dQddddQ", Kind::Timer, [100, 0]),
        declared("mean", "dQdQ", Kind::Average, [60_f64.to_bits(), 2]),
        declared("sizes", "6Q", Kind::Histogram, [1, 3]),
    ];
    NewFile::compose(&fields, &Identity::default(), Layout::Aligned, 0, 4096).unwrap()
}

/// Calls everything that a file offers.
fn exercise(bytes: Vec<u8>) {
    let file = match StatsFile::from_bytes("bad.mmstats", bytes) {
        Ok(file) => file,
        Err(error) => {
            assert!(error.to_string().starts_with("bad.mmstats: "));
            return;
        }
    };
    for stat in file.stats() {
        let label = stat.label();
        assert!(file.get(&label).is_some() || label.contains('\u{fffd}'));
        let shown = stat.components().map(|(name, value)| name.len() + value.to_string().len());
        let _ = (shown.sum::<usize>(), stat.value().to_string(), stat.note(), stat.is_expired(1e9));
        let _ = (stat.kind(), stat.unit(), stat.help(), stat.aggregate(), stat.signature());
        let _ = stat.histogram().map(|histogram| (histogram.percentile(50.0), histogram.mean()));
        let layout = stat.field_layout();
        assert!(layout.offset + layout.size <= file.size());
    }
    let _ = (file.pid(), file.tid(), file.identity(), file.problem().map(ReadError::to_string));
}

#[test]
fn an_original_file_cut_at_any_byte_yields_the_complete_fields_before() {
    let whole = vector();
    let reference = StatsFile::from_bytes("whole", whole.clone()).unwrap();
    let ends: Vec<usize> = reference
        .stats()
        .map(|stat| stat.field_layout().offset + stat.field_layout().size)
        .collect();
    let last = *ends.last().unwrap();
    assert!(matches!(
        StatsFile::from_bytes("empty", Vec::new()),
        Err(ReadError::Damaged { source: FormatError::Empty, .. })
    ));
    for size in 1..=last + 3 {
        let file = StatsFile::from_bytes("cut", &whole[..size]).unwrap();
        let expected = ends.iter().filter(|&&end| end <= size).count();
        assert_eq!(file.stats().len(), expected, "cut at {size}");
        for (stat, known) in file.stats().zip(reference.stats()) {
            assert_eq!((stat.label(), stat.value()), (known.label(), known.value()));
        }
        // The end of the file ends the chain; so does half a terminator.
        let at_an_end = size == 1 || size >= last || ends.contains(&size);
        let starts_with_zero = whole[size - 1] == 0 && ends.contains(&(size - 1));
        match file.problem() {
            None => assert!(at_an_end || starts_with_zero, "cut at {size}"),
            Some(problem) => {
                assert!(!at_an_end, "cut at {size}: {problem}");
                let message = problem.reason();
                assert!(message.starts_with("cut short at offset "), "{message}");
            }
        }
    }
}

#[test]
fn a_file_of_ours_cut_at_any_byte_yields_the_complete_fields_before_and_no_kinds() {
    let NewFile { bytes, fields, .. } = ours();
    let last = fields.last().unwrap().end;
    for size in 1..bytes.len() {
        let file = StatsFile::from_bytes("cut", &bytes[..size]).unwrap();
        let whole = |field: &&LaidOutField| field.end <= size;
        assert_eq!(file.stats().len(), fields.iter().filter(whole).count(), "cut at {size}");
        assert!(!file.has_trailer() && file.stats().all(|stat| stat.kind().is_none()));
        assert_eq!(file.problem().is_some(), size < last && !is_end(&fields, size), "{size}");
    }
}

fn is_end(fields: &[LaidOutField], size: usize) -> bool {
    size == 1 || fields.iter().any(|field| field.end == size)
}

#[test]
fn messages_name_file_field_offset_found_and_expected() {
    let huge = b"\x01\x01\0a\x0b\x001000000000s\xffx".to_vec();
    let file = StatsFile::from_bytes("/tmp/huge", huge).unwrap();
    assert_eq!(
        format!("{:#}", file.problem().unwrap()),
        "/tmp/huge: can't be parsed: cut short at offset 18: expected 1000000000 bytes for the value of 'a', found 1"
    );
    let error = StatsFile::from_bytes("/tmp/two", vec![2, 0]).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "/tmp/two: can't be parsed: not a stats file: its first byte is 2, expected version 1"
    );
}

#[test]
fn a_label_with_invalid_utf_8_is_shown_with_replacements() {
    let file = StatsFile::from_bytes("odd", b"\x01\x03\0a\xffb\x01\0B\xff\x07").unwrap();
    let stat = file.stats().next().unwrap();
    assert_eq!((&*stat.label(), stat.label_bytes()), ("a\u{fffd}b", &b"a\xffb"[..]));
}

/// A file that is truncated and grown again while it is read: any result is valid, but there must
/// be one.
#[test]
fn a_file_that_shrinks_and_grows_while_read_is_safe() {
    const LIMIT: Duration = Duration::from_mins(1);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("restless.mmstats");
    for bytes in [vector(), ours().bytes] {
        fs::write(&path, &bytes).unwrap();
        let writer = File::options().write(true).open(&path).unwrap();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    writer.set_len(100).unwrap();
                    writer.set_len(bytes.len() as u64).unwrap();
                    writer.write_all_at(&bytes, 0).unwrap();
                }
            });
            let (mut whole, mut cut, begun) = (0, 0, Instant::now());
            while (whole < 100 || cut < 100) && begun.elapsed() < LIMIT {
                match StatsFile::read(&path) {
                    Ok(file) => {
                        assert!(file.stats().len() <= 40);
                        *(if file.problem().is_none() { &mut whole } else { &mut cut }) += 1;
                    }
                    Err(error) => {
                        assert!(error.to_string().contains("restless"), "{error}");
                        cut += 1;
                    }
                }
            }
            stop.store(true, Ordering::Relaxed);
            assert!(whole >= 100 && cut >= 100, "read whole {whole} times, cut {cut} times");
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_panic(mut bytes in prop::collection::vec(any::<u8>(), 1..400)) {
        bytes[0] = 1;
        exercise(bytes);
    }

    #[test]
    fn no_damage_of_a_file_panics(
        of_ours in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = if of_ours { ours().bytes } else { vector() };
        for (index, byte) in damage {
            // Most of a file is free space; the relevant parts are at its ends.
            let near = index.index(1_200);
            let at = if near < 900 { near } else { bytes.len() - 1 - (near - 900) };
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        exercise(bytes);
    }
}
