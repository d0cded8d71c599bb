//! From a series to its label.

use std::fmt::{self, Write};

use super::parse::{self, Pair};
use super::spelling::{TRAP, is_bare_key, needs_quotes};

/// Writes the label of a name with these dimensions.
pub(super) fn label(name: &str, dimensions: &[Pair<'_>], out: &mut impl Write) -> fmt::Result {
    let is_plain = dimensions.is_empty();
    if is_plain && parse::parts(name).is_none() {
        return out.write_str(name);
    }
    let mut out = Counting { out, written: 0 };
    let is_quoted = is_plain || name.is_empty() || name.bytes().any(needs_quotes);
    let mut separator = "";
    if is_quoted {
        out.write_char('{')?;
        quoted(name, &mut out)?;
        separator = ",";
    } else {
        out.write_str(name)?;
        out.write_char('{')?;
    }
    for (key, value) in dimensions {
        out.write_str(separator)?;
        if is_bare_key(key) {
            out.write_str(key)?;
        } else {
            quoted(key, &mut out)?;
        }
        out.write_char('=')?;
        quoted(value, &mut out)?;
        separator = ",";
    }
    let size = out.written + "}".len();
    if size.is_multiple_of(TRAP) {
        out.write_char(',')?;
    }
    out.write_char('}')
}

fn quoted(text: &str, out: &mut impl Write) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '"', '\n']) {
        let (before, after) = rest.split_at(at);
        out.write_str(before)?;
        out.write_str(match after.as_bytes()[0] {
            b'\n' => "\\n",
            b'"' => "\\\"",
            _ => "\\\\",
        })?;
        rest = &after[1..];
    }
    out.write_str(rest)?;
    out.write_char('"')
}

/// Counts the bytes.
struct Counting<'a, W> {
    out: &'a mut W,
    written: usize,
}

impl<W: Write> Write for Counting<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.written += text.len();
        self.out.write_str(text)
    }
}
