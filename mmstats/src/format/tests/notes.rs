//! A file's bytes as the specification shows them.

use std::fmt::Write as _;
use std::ops::Range;

use crate::format::*;

/// How many bytes stand in a line.
const ROW: usize = 16;

/// A longer text is shown line by line.
const LONGEST_NOTE: usize = 40;

/// The fields of a file, and where its chain ends.
pub fn fields(bytes: &[u8]) -> (Vec<RawField>, usize) {
    let chain = Chain::new(bytes, |_| None).unwrap();
    let mut fields = Vec::new();
    let (end, problem) = chain.visit(|field| fields.push(field));
    assert_eq!(problem, None);
    (fields, end)
}

/// Names the parts of a file, one after the other.
pub struct Notes<'a> {
    pub bytes: &'a [u8],
    pub text: String,
}

impl Notes<'_> {
    pub fn part(&mut self, range: Range<usize>, note: &str) {
        for (row, bytes) in self.bytes[range.clone()].chunks(ROW).enumerate() {
            let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let offset = range.start + ROW * row;
            let note = if row == 0 { note } else { "" };
            let line = format!("{offset:04x}  {:<47}  {note}", hex.join(" "));
            writeln!(self.text, "{}", line.trim_end()).unwrap();
        }
    }

    pub fn text(&mut self, range: Range<usize>, name: &str) {
        let text = String::from_utf8_lossy(&self.bytes[range.clone()]);
        if text.len() <= LONGEST_NOTE {
            return self.part(range, &format!("{name} \"{text}\""));
        }
        for start in range.clone().step_by(ROW) {
            let row = start..range.end.min(start + ROW);
            let note = if start == range.start { name } else { "…" };
            self.text(row, note);
        }
    }

    /// Consecutive numbers; returns the offset behind them.
    pub fn numbers(&mut self, mut at: usize, parts: &[(usize, &str)]) -> usize {
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
    pub fn texts(&mut self, mut at: usize, sizes: &[(u16, &str)], end: usize) {
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

    pub fn field(&mut self, field: &RawField) {
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

    /// The version byte, all fields and the terminator.
    pub fn chain(&mut self) {
        self.part(0..1, "version");
        let (fields, end) = fields(self.bytes);
        for field in &fields {
            self.field(field);
        }
        self.part(end - 2..end, "terminator");
    }

    pub fn entry(&mut self, start: usize, end: usize, label: &str) {
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

    pub fn identity(&mut self, start: usize, end: usize) {
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

    pub fn footer(&mut self, start: usize) {
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
