//! One line of a table: texts in columns, cut where they are too long.

use std::io::{self, Write};

use anstyle::Style;
use mmstats_cli::locale::cut_mark;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::layout::GAP;
use crate::common::terminal::Paint;

/// A line that is being put together. Blanks at its end aren't written.
pub struct Line {
    paint: Paint,
    text: String,
    pending: usize,
}

impl Line {
    /// A line without anything in it.
    pub const fn new(paint: Paint) -> Self {
        Self { paint, text: String::new(), pending: 0 }
    }

    /// Adds a text at the left of a column.
    pub fn left(&mut self, width: usize, style: Style, text: &str) {
        self.put(style, text);
        self.pending += width.saturating_sub(text.width()) + GAP;
    }

    /// Adds a text at the right of a column.
    pub fn right(&mut self, width: usize, style: Style, text: &str) {
        self.pending += width.saturating_sub(text.width());
        self.put(style, text);
        self.pending += GAP;
    }

    fn put(&mut self, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        self.text.extend(std::iter::repeat_n(' ', self.pending));
        self.pending = 0;
        self.text += &self.paint.text(style, text).to_string();
    }

    /// Writes the line.
    ///
    /// # Errors
    ///
    /// Returns an error if `out` can't be written.
    pub fn end(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.text.push('\n');
        out.write_all(self.text.as_bytes())
    }
}

/// As much of the text's beginning as fits, and a mark where something lacks.
pub fn cut_end(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = fitting(text.chars(), width);
    cut.push(cut_mark());
    cut
}

/// As much of the text's end as fits: the end of a label distinguishes it from its neighbours.
pub fn cut_beginning(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let end = fitting(text.chars().rev(), width);
    std::iter::once(cut_mark()).chain(end.chars().rev()).collect()
}

/// The first characters that fit beside the mark.
fn fitting(characters: impl Iterator<Item = char>, width: usize) -> String {
    let mut left = width.saturating_sub(1);
    let fits = |character: &char| {
        let size = character.width().unwrap_or(0);
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    };
    characters.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_is_as_wide_as_it_may_be() {
        if mmstats_cli::locale::is_ascii() {
            return mmstats_testing::required::skip("the locale is ASCII");
        }
        for (width, beginning, end) in
            [(9, "grüße.2XX", "grüße.2XX"), (5, "grüß…", "….2XX"), (1, "…", "…")]
        {
            assert_eq!(cut_end("grüße.2XX", width), beginning);
            assert_eq!(cut_beginning("grüße.2XX", width), end);
        }
        // Two columns each; half of one is never shown.
        assert_eq!(cut_end("日本語", 4), "日…");
        assert_eq!(cut_beginning("日本語", 5), "…本語");
    }
}
