//! `--layout`: a field's offsets and the bytes of its buffers, for people who debug writers.

use std::fmt;

use mmstats::FieldLayout;
use mmstats_cli::escape::escape;
use mmstats_cli::plural::counted;

use super::value_text::put;

/// As many bytes a line as other hex dumps have.
const BYTES_PER_LINE: usize = 16;

/// The maximum number of bytes of a buffer; `-o json` has all.
const MOST_BYTES: usize = 256;

/// Appends the layout of one field, below its line.
pub fn push(out: &mut Vec<u8>, layout: &FieldLayout<'_>) {
    let FieldLayout { offset, size, write_buffer, write_buffer_offset, .. } = layout;
    let signature = escape(&layout.signature);
    put(
        out,
        &format_args!(
            "      offset {offset}, {size} bytes, signature '{signature}', \
             write buffer {write_buffer:02x} at {write_buffer_offset}\n"
        ),
    );
    for (number, (at, bytes)) in layout.buffers.iter().enumerate() {
        let role = match layout.write_buffer {
            _ if layout.buffers.len() == 1 => "only value",
            written if usize::from(written) == number => "is written",
            _ => "is read",
        };
        push_buffer(out, *at, bytes, role);
    }
}

fn push_buffer(out: &mut Vec<u8>, at: usize, bytes: &[u8], role: &str) {
    let shown = &bytes[..bytes.len().min(MOST_BYTES)];
    for (line, part) in shown.chunks(BYTES_PER_LINE).enumerate() {
        let role = if line == 0 { role } else { "" };
        let at = at + line * BYTES_PER_LINE;
        put(out, &format_args!("      {at:>8}  {role:<10} {}\n", Spaced(part)));
    }
    if shown.len() < bytes.len() {
        let more = bytes.len() - shown.len();
        put(out, &format_args!("      {:>8}  {} more\n", "", counted(more, "bytes")));
    }
}

/// Bytes in hex with a space between.
struct Spaced<'a>(&'a [u8]);

impl fmt::Display for Spaced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{byte:02x}")?;
        }
        Ok(())
    }
}
