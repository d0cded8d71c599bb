//! The worked example of `spec/FORMAT.md` is what this code writes, byte for byte, and reads.
//!
//! A failing test prints the block to paste.

use super::notes::{Notes, fields};
use super::page::{PAGE, block, file, store};
use crate::format::*;

fn declared_fields() -> Vec<DeclaredField> {
    let pid = 4242_u32.to_ne_bytes().to_vec();
    vec![
        DeclaredField {
            initial: pid.into(),
            buffered: false,
            align: 4,
            ..DeclaredField::zeroed("sys.pid", "I", Kind::Info)
        },
        DeclaredField {
            unit: "requests".into(),
            help: "Requests answered.".into(),
            ..DeclaredField::zeroed("hits", "Q", Kind::Counter)
        },
        DeclaredField { buffered: false, ..DeclaredField::zeroed("ready", "?", Kind::Gauge) },
        DeclaredField {
            unit: "seconds".into(),
            sequenced: true,
            parameters: [100, 1],
            ..DeclaredField::zeroed("page", "dQQ", Kind::Average)
        },
        DeclaredField { sequenced: true, ..DeclaredField::zeroed("state", "6sQ", Kind::Info) },
        DeclaredField {
            unit: "bytes".into(),
            buffered: false,
            overflow: true,
            parameters: [1, 3],
            ..DeclaredField::zeroed("size", "6Q", Kind::Histogram)
        },
    ]
}

fn identity() -> Identity {
    Identity {
        pid: 4242,
        tid: 4242,
        start_time: 123_456,
        boot_id: *b"\x0f\x1e\x2d\x3c\x4b\x5a\x69\x78\x87\x96\xa5\xb4\xc3\xd2\xe1\xf0",
        pid_namespace: 4_026_531_836,
        command: "webapp".into(),
        host: "example".into(),
        struct_name: "WebStats".into(),
    }
}

fn image() -> NewFile {
    NewFile::compose(&declared_fields(), &identity(), Layout::Aligned, 0, PAGE).unwrap()
}

/// The whole file as the specification shows it: everything but the free space.
fn annotated(bytes: &[u8]) -> String {
    let mut notes = Notes { bytes, text: String::new() };
    notes.chain();
    let (fields, _) = fields(bytes);
    let footer = bytes.len() - 64;
    let identity = load_u32(bytes, footer + 24).unwrap() as usize;
    let mut entries = Vec::new();
    let mut end = identity;
    for field in &fields {
        let start = end - load_u32(bytes, end - 4).unwrap() as usize;
        entries.push((start, end, field.label.clone()));
        end = start;
    }
    for (start, end, label) in entries.into_iter().rev() {
        notes.entry(start, end, str::from_utf8(&bytes[label]).unwrap());
    }
    notes.identity(identity, footer);
    notes.footer(footer);
    notes.text
}

/// What a reader gets from a field.
fn read<'a>(bytes: &'a [u8], label: &str) -> &'a [u8] {
    let (fields, _) = fields(bytes);
    let field =
        fields.iter().find(|field| &bytes[field.label.clone()] == label.as_bytes()).unwrap();
    &bytes[field.read_value(bytes[field.write_buffer])]
}

#[test]
fn the_example_is_what_a_writer_writes() {
    let image = image();
    let expected = annotated(&image.bytes);
    assert!(block("example-creation") == expected, "paste this as example-creation:\n{expected}");
    assert!(file("example-creation") == image.bytes, "what the page leaves out is zero");
}

#[test]
fn the_example_s_bytes_are_read_as_documented() {
    let bytes = file("example-creation");
    let (fields, chain_end) = fields(&bytes);
    let labels: Vec<_> = fields.iter().map(|field| &bytes[field.label.clone()]).collect();
    assert_eq!(labels, [&b"sys.pid"[..], b"hits", b"ready", b"page", b"state", b"size"]);
    let trailer = Trailer::find(&bytes, chain_end).unwrap().unwrap();
    assert_eq!(trailer.identity(), Some(identity()));
    let entries: Vec<_> = trailer.entries().collect();
    assert_eq!(entries.len(), fields.len());
    for ((entry, field), declared) in entries.iter().zip(&fields).zip(declared_fields()) {
        assert_eq!(entry.field_offset(), field.offset());
        assert_eq!(entry.field_size(), field.end - field.offset());
        assert_eq!(entry.kind(), Some(declared.kind));
        assert_eq!(entry.aggregate(), Some(declared.aggregate));
        assert_eq!(entry.is_sequenced(), declared.sequenced);
        assert_eq!(entry.has_overflow(), declared.overflow);
        assert_eq!(entry.parameters(), declared.parameters);
        assert_eq!((entry.unit(), entry.help()), (&*declared.unit, &*declared.help));
        assert!(field.value().is_multiple_of(declared.align));
        assert!(field.end.is_multiple_of(2));
    }
}

#[test]
fn the_example_s_stores_follow_the_protocol_and_are_read_as_documented() {
    let mut bytes = file("example-creation");
    store(&block("example-stores"), &mut bytes);
    assert_eq!(load_u64(read(&bytes, "hits"), 0), Some(3));
    assert_eq!(read(&bytes, "ready"), [1]);
    let page = read(&bytes, "page");
    assert_eq!(load_u64(page, 0), Some(0.25_f64.to_bits()));
    assert_eq!((load_u64(page, 8), load_u64(page, 16)), (Some(1), Some(2)));
    let state = read(&bytes, "state");
    assert_eq!((&state[..6], load_u64(state, 8)), (&b"up\0\0\0\0"[..], Some(2)));
    let counts: Vec<_> = (0..6).map(|bucket| load_u64(read(&bytes, "size"), 8 * bucket)).collect();
    assert_eq!(counts, [0, 0, 0, 1, 0, 1].map(Some));
    // The trailer is unchanged.
    assert!(Trailer::find(&bytes, fields(&bytes).1).unwrap().is_some());
}

#[test]
fn the_example_s_checksums_are_correct() {
    let text = block("example-checksums");
    assert!(text.lines().count() >= 3);
    for line in text.lines() {
        let (hex, sum) = line.split_once("->").unwrap();
        let bytes: Vec<_> =
            hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        assert_eq!(format!("{:016x}", checksum(&bytes)), sum.trim(), "of {hex}");
    }
}
