//! `-o text`: `==> path`, then a line for each stat, as the original prints it, and more.

use std::io::{self, Write};

use mmstats::{Stat, Value, Verdict};
use mmstats_cli::escape::{escape, escape_path};
use unicode_width::UnicodeWidthStr;

use super::exporter::{Exporter, SelectedFile};
use super::hex_dump;
use super::label_column;
use super::value_text::{ValueText, put};
use crate::common::name_order::in_name_order;
use crate::common::terminal::{ALERT, FAINT, Paint, TITLE, kind_style};
use crate::common::users::User;

/// What is written beyond labels and values.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    pub layout: bool,
    pub help_texts: bool,
}

/// Writes the lines of each file as it comes.
pub struct Text<W> {
    out: W,
    paint: Paint,
    values: ValueText,
    options: TextOptions,
    /// The lines of one file; kept, so that ten thousand files don't allocate ten thousand.
    lines: Vec<u8>,
}

impl<W: Write> Text<W> {
    pub const fn new(out: W, paint: Paint, values: ValueText, options: TextOptions) -> Self {
        Self { out, paint, values, options, lines: Vec::new() }
    }

    fn push_title(&mut self, selected: SelectedFile<'_>) {
        let path = escape_path(selected.file.path());
        put(&mut self.lines, &self.paint.text(TITLE, format_args!("==> {path}")));
        if let Some(owner) = User::other_owner(selected.file) {
            let mark = format_args!("[owner: {owner}]");
            put(&mut self.lines, &format_args!("  {}", self.paint.text(FAINT, mark)));
        }
        let verdict = match selected.life.verdict {
            Verdict::Alive => None,
            Verdict::Dead => Some((ALERT, "dead")),
            _ => Some((FAINT, "undecided")),
        };
        if let Some((style, word)) = verdict {
            let reason = escape(&selected.life.reason);
            let mark = format_args!("[{word}: {reason}]");
            put(&mut self.lines, &format_args!("  {}", self.paint.text(style, mark)));
        }
        self.lines.push(b'\n');
    }

    fn push_stat(&mut self, stat: &Stat<'_>, width: usize) {
        self.lines.extend_from_slice(b"  ");
        push_label(&mut self.lines, stat, width, self.paint);
        self.lines.push(b' ');
        let value = stat.value();
        self.values.push(&mut self.lines, stat, &value);
        if !stat.is_stable() {
            put(&mut self.lines, &format_args!("  {}", self.paint.text(ALERT, "[unstable]")));
        } else if matches!(value, Value::Bytes(_)) {
            let note = format_args!("[{}]", stat.note().unwrap_or("raw bytes"));
            put(&mut self.lines, &format_args!("  {}", self.paint.text(FAINT, note)));
        }
        self.lines.push(b'\n');
        if self.options.help_texts {
            for line in stat.help().lines() {
                let help = escape(line.trim());
                put(&mut self.lines, &format_args!("      {}\n", self.paint.text(FAINT, help)));
            }
        }
        if self.options.layout {
            hex_dump::push(&mut self.lines, &stat.field_layout());
        }
    }
}

impl<W: Write> Exporter for Text<W> {
    fn file(&mut self, selected: SelectedFile<'_>) -> io::Result<()> {
        self.lines.clear();
        self.push_title(selected);
        let mut stats: Vec<_> = selected.stats().collect();
        // Whoever debugs a writer wants the order of the bytes.
        if !self.options.layout {
            stats = in_name_order(stats, |stat| (stat.series(), stat.label_bytes()));
        }
        let width = label_column::width_of(stats.iter().map(label_width));
        for stat in &stats {
            self.push_stat(stat, width);
        }
        self.lines.push(b'\n');
        self.out.write_all(&self.lines)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How many columns of a terminal a label takes.
fn label_width(stat: &Stat<'_>) -> usize {
    let bytes = stat.label_bytes();
    if is_plain(bytes) {
        return bytes.len();
    }
    escape(&stat.label()).width()
}

/// Appends a label and the spaces up to `width` columns.
fn push_label(out: &mut Vec<u8>, stat: &Stat<'_>, width: usize, paint: Paint) {
    let bytes = stat.label_bytes();
    let style = kind_style(stat.kind());
    let taken = if is_plain(bytes) && !paint.is_on() {
        out.extend_from_slice(bytes);
        bytes.len()
    } else {
        let label = stat.label();
        let label = escape(&label);
        put(out, &paint.text(style, &label));
        label.width()
    };
    out.resize(out.len() + width.saturating_sub(taken), b' ');
}

/// Printable ASCII: one column a byte and nothing to escape, as nearly every label is.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
}
