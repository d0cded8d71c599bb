//! The worked example of `spec/FORMAT.md` is what this code writes, byte for byte, and reads.
//!
//! A failing test prints the block to paste.

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;

use crate::format::*;

const PAGE: usize = 4096;

/// The lines of the specification's block with this name.
fn block(name: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/FORMAT.md");
    let page = fs::read_to_string(path).unwrap();
    let start = format!("\n```{name}\n");
    let (_, rest) = page.split_once(&start).expect("the page has the block");
    let (block, _) = rest.split_once("```").expect("the block ends");
    block.to_owned()
}

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

fn fields(bytes: &[u8]) -> (Vec<RawField>, usize) {
    let chain = Chain::new(bytes, |_| None).unwrap();
    let mut fields = Vec::new();
    let (end, problem) = chain.visit(|field| fields.push(field));
    assert_eq!(problem, None);
    (fields, end)
}

// The block: from the bytes to the text, and back.

/// Names the parts of a file, one after the other.
struct Notes<'a> {
    bytes: &'a [u8],
    text: String,
}

impl Notes<'_> {
    fn part(&mut self, range: Range<usize>, note: &str) {
        for (row, bytes) in self.bytes[range.clone()].chunks(16).enumerate() {
            let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let offset = range.start + 16 * row;
            let note = if row == 0 { note } else { "" };
            let line = format!("{offset:04x}  {:<47}  {note}", hex.join(" "));
            writeln!(self.text, "{}", line.trim_end()).unwrap();
        }
    }

    fn text(&mut self, range: Range<usize>, name: &str) {
        let text = String::from_utf8_lossy(&self.bytes[range.clone()]);
        self.part(range, &format!("{name} \"{text}\""));
    }

    /// Consecutive numbers; returns the offset behind them.
    fn numbers(&mut self, mut at: usize, parts: &[(usize, &str)]) -> usize {
        for &(size, name) in parts {
            let note = match (size, &self.bytes[at..at + size]) {
                _ if name.ends_with("reserved") => name.to_owned(),
                (1, bytes) => format!("{name}: {}", bytes[0]),
                (2, bytes) => format!("{name}: {}", load_u16(bytes, 0).unwrap()),
                (4, bytes) if name.starts_with("offset") => {
                    format!("{name}: {:04x}", load_u32(bytes, 0).unwrap())
                }
                (4, bytes) => format!("{name}: {}", load_u32(bytes, 0).unwrap()),
                (8, bytes) if !name.contains("checksum") && !name.contains("magic") => {
                    format!("{name}: {}", load_u64(bytes, 0).unwrap())
                }
                _ => name.to_owned(),
            };
            self.part(at..at + size, &note);
            at += size;
        }
        at
    }

    /// Texts whose sizes are elsewhere, and the zeros behind them; `end` is the end of the part.
    fn texts(&mut self, mut at: usize, sizes: &[(u16, &str)], end: usize) {
        for &(size, name) in sizes {
            let text = at..at + usize::from(size);
            at = text.end;
            if size > 0 {
                self.text(text, name);
            }
        }
        if at < end {
            self.part(at..end, "zeros up to a multiple of 8");
        }
    }

    fn field(&mut self, field: &RawField) {
        self.numbers(field.offset(), &[(2, "label size")]);
        self.text(field.label.clone(), "label");
        self.numbers(field.label.end, &[(2, "signature size")]);
        self.text(field.signature.clone(), "signature");
        let first = field.value();
        self.part(field.write_buffer..first, "write buffer");
        if field.is_buffered() {
            self.part(first..first + field.size, "value 0");
            self.part(first + field.size..field.end, "value 1");
        } else {
            self.part(first..field.end, "value");
        }
    }

    fn entry(&mut self, start: usize, end: usize, label: &str) {
        self.part(start..start + 8, &format!("entry of \"{label}\": its checksum"));
        let parts = [
            (4, "offset of the field"),
            (4, "size of the field"),
            (1, "kind"),
            (1, "how it adds up"),
            (1, "flags"),
            (1, "reserved"),
            (2, "size of the unit"),
            (2, "size of the help"),
            (8, "first parameter"),
            (8, "second parameter"),
        ];
        let texts = self.numbers(start + 8, &parts);
        let size = |at| load_u16(self.bytes, at).unwrap();
        let sizes = [(size(start + 20), "unit"), (size(start + 22), "help")];
        self.texts(texts, &sizes, end - 8);
        self.numbers(end - 8, &[(4, "reserved"), (4, "size of the entry")]);
    }

    fn identity(&mut self, start: usize, end: usize) {
        let numbers = [(4, "identity: pid"), (4, "reserved"), (8, "tid"), (8, "start time")];
        let boot_id = self.numbers(start, &numbers);
        self.part(boot_id..boot_id + 16, "boot id");
        let sizes_at = self.numbers(boot_id + 16, &[(8, "pid namespace")]);
        let names =
            [(2, "command size"), (2, "host size"), (2, "struct name size"), (2, "reserved")];
        let texts = self.numbers(sizes_at, &names);
        let size = |at| load_u16(self.bytes, at).unwrap();
        let sizes = [
            (size(sizes_at), "command"),
            (size(sizes_at + 2), "host"),
            (size(sizes_at + 4), "struct name"),
        ];
        self.texts(texts, &sizes, end);
    }

    fn footer(&mut self, start: usize) {
        let parts = [
            (8, "footer: magic"),
            (4, "byte-order mark"),
            (2, "trailer version"),
            (2, "size of the footer"),
            (4, "incompatible extensions"),
            (4, "compatible extensions"),
            (4, "offset of the identity"),
            (4, "size of the identity"),
            (8, "checksum of the identity"),
            (16, "reserved"),
            (8, "checksum of the footer"),
        ];
        let end = self.numbers(start, &parts);
        assert_eq!(end, self.bytes.len());
    }
}

/// The whole file as the specification shows it: everything but the free space.
fn annotated(bytes: &[u8]) -> String {
    let mut notes = Notes { bytes, text: String::new() };
    notes.part(0..1, "version");
    let (fields, chain_end) = fields(bytes);
    for field in &fields {
        notes.field(field);
    }
    notes.part(chain_end - 2..chain_end, "terminator");
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

/// Stores the lines of a block into `bytes`; other bytes stay.
fn store(block: &str, bytes: &mut [u8]) {
    for line in block.lines().filter(|line| !line.starts_with('#')) {
        let (offset, rest) = line.split_at(4);
        let offset = usize::from_str_radix(offset, 16).unwrap();
        let hex = rest.get(..2 + 47).unwrap_or(rest);
        for (at, byte) in (offset..).zip(hex.split_whitespace()) {
            bytes[at] = u8::from_str_radix(byte, 16).unwrap();
        }
    }
}

fn from_the_page() -> Vec<u8> {
    let mut bytes = vec![0; PAGE];
    store(&block("example-creation"), &mut bytes);
    bytes
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
    assert!(from_the_page() == image.bytes, "what the page leaves out is zero");
}

#[test]
fn the_example_s_bytes_are_read_as_documented() {
    let bytes = from_the_page();
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
    let mut bytes = from_the_page();
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
