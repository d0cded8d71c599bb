//! Rows for people: columns that fit the terminal, headers repeated, colour by kind.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::cell_text::CellText;
use super::columns::Heading;
use super::layout::{GAP, Layout, Need};
use super::rows::{Cell, Row};
use super::show::Show;
use crate::common::escape::{escape, escape_path};
use crate::common::terminal::{FAINT, Paint, TITLE, kind_style};

/// The widest that a file's name is shown.
const WIDEST_FILE: usize = 32;
/// The widest that a text is shown.
const WIDEST_TEXT: usize = 24;

/// What a table looks like.
#[derive(Debug)]
pub struct Look {
    /// How numbers are written.
    pub text: CellText,
    /// Colour or none.
    pub paint: Paint,
    /// A header every so many lines; 0: only where the columns change.
    pub repeat: u64,
    /// `None`: no times; else whether they have milliseconds.
    pub times: Option<bool>,
    /// Whether each line names its file.
    pub per_file: bool,
}

/// A table that is written line by line.
#[derive(Debug)]
pub struct Table {
    look: Look,
    headings: Vec<Heading>,
    /// The width of the widest cell so far, one a heading.
    widest: Vec<usize>,
    file_width: usize,
    terminal: Option<usize>,
    layout: Layout,
    lines: u64,
    header_due: bool,
}

impl Table {
    /// A table without columns yet.
    pub fn new(look: Look) -> Self {
        Self {
            look,
            headings: Vec::new(),
            widest: Vec::new(),
            file_width: 4,
            terminal: None,
            layout: Layout::default(),
            lines: 0,
            header_due: true,
        }
    }

    /// Makes room for the names of files that rows will be about.
    pub fn expect_files(&mut self, files: &[PathBuf]) {
        let widths = files.iter().map(|file| file_name(file).width());
        self.file_width = widths.fold(self.file_width, usize::max);
    }

    /// Sets the columns and the width of the terminal; `None`: as wide as it gets.
    pub fn fit(&mut self, headings: &[Heading], terminal: Option<usize>) {
        if self.headings != headings {
            self.widest = vec![0; headings.len()];
            self.headings = headings.to_vec();
            self.header_due = true;
        }
        if self.terminal != terminal {
            self.terminal = terminal;
            self.header_due = true;
        }
        if self.header_due {
            self.arrange();
        }
    }

    /// Writes the header, where it is due.
    ///
    /// # Errors
    ///
    /// Where `out` can't be written; the same for rows.
    pub fn header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let repeated = self.look.repeat > 0 && self.lines >= self.look.repeat;
        if !self.header_due && !repeated {
            return Ok(());
        }
        (self.header_due, self.lines) = (false, 0);
        self.titles(out)?;
        self.units(out)?;
        out.flush()
    }

    fn titles(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = self.begin_line("time", "file", TITLE);
        for (heading, &width) in self.headings.iter().zip(self.layout.widths()) {
            line.right(width, TITLE, &cut_beginning(&escape(&heading.title), width));
        }
        if self.layout.left_out() > 0 {
            line.left(0, FAINT, &format!("+{}", self.layout.left_out()));
        }
        line.end(out)
    }

    /// The second line of the header, where any column has something to say there.
    fn units(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.headings.iter().all(|heading| heading.unit.is_empty()) {
            return Ok(());
        }
        let mut line = self.begin_line("", "", FAINT);
        for (heading, &width) in self.headings.iter().zip(self.layout.widths()) {
            line.right(width, FAINT, &cut_end(&escape(&heading.unit), width));
        }
        line.end(out)
    }

    /// Writes a row, with the header before it where that is due.
    pub fn row(&mut self, out: &mut dyn Write, row: &Row) -> io::Result<()> {
        let text = &mut self.look.text;
        let cells = row.cells.iter().zip(&self.headings);
        let texts: Vec<_> = cells
            .map(|(cell, heading)| cut_end(&text.write(cell, heading.form, row.time), WIDEST_TEXT))
            .collect();
        let file = row.file.as_deref().map(file_name).unwrap_or_default();
        let time = match self.look.times {
            Some(milliseconds) => text.time_of_day(row.time, milliseconds),
            None => String::new(),
        };
        self.widen(&texts, &file);
        self.header(out)?;
        let mut line = self.begin_line(&time, &file, Style::new());
        let shown = self.layout.widths().iter().zip(&texts);
        for ((&width, text), (cell, heading)) in shown.zip(row.cells.iter().zip(&self.headings)) {
            line.right(width, cell_style(cell, heading), &cut_end(text, width));
        }
        self.lines += 1;
        line.end(out)?;
        out.flush()
    }

    /// What stands before the columns.
    fn begin_line(&self, time: &str, file: &str, style: Style) -> Line {
        let mut line = Line { paint: self.look.paint, text: String::new(), pending: 0 };
        if let Some(width) = self.time_width() {
            line.left(width, style, time);
        }
        if self.look.per_file {
            line.left(self.file_width, style, file);
        }
        line
    }

    fn time_width(&self) -> Option<usize> {
        let milliseconds = self.look.times?;
        Some(if milliseconds { "10:14:05.724".len() } else { "10:14:05".len() })
    }

    fn lead_width(&self) -> usize {
        let file = if self.look.per_file { self.file_width + GAP } else { 0 };
        self.time_width().map_or(0, |width| width + GAP) + file
    }

    /// Makes room for wider cells; a header tells where the columns have moved.
    fn widen(&mut self, texts: &[String], file: &str) {
        let mut is_wider = false;
        for ((widest, text), &width) in self.widest.iter_mut().zip(texts).zip(self.layout.widths())
        {
            is_wider |= text.width() > width.max(*widest);
            *widest = (*widest).max(text.width());
        }
        is_wider |= file.width() > self.file_width;
        self.file_width = self.file_width.max(file.width());
        if is_wider {
            self.header_due = true;
            self.arrange();
        }
    }

    fn arrange(&mut self) {
        let needs: Vec<_> = self
            .headings
            .iter()
            .zip(&self.widest)
            .map(|(heading, &widest)| Need {
                cells: widest,
                title: escape(&heading.title).width().max(escape(&heading.unit).width()),
            })
            .collect();
        let room = self.terminal.map(|width| width.saturating_sub(self.lead_width()));
        self.layout = Layout::fit(&needs, room);
    }
}

/// A line that is being put together. Blanks at its end aren't written.
struct Line {
    paint: Paint,
    text: String,
    pending: usize,
}

impl Line {
    fn left(&mut self, width: usize, style: Style, text: &str) {
        self.put(style, text);
        self.pending += width.saturating_sub(text.width()) + GAP;
    }

    fn right(&mut self, width: usize, style: Style, text: &str) {
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

    fn end(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.text.push('\n');
        out.write_all(self.text.as_bytes())
    }
}

/// What doesn't move is faint, so that the eye finds what does.
fn cell_style(cell: &Cell, heading: &Heading) -> Style {
    match cell {
        Cell::Missing | Cell::Idle => FAINT,
        Cell::Value(value) if value.as_f64() == Some(0.0) => FAINT,
        Cell::Value(_) => kind_style(heading.show.map(Show::kind)),
    }
}

/// The name of a file without its directory, cut where it is long.
fn file_name(path: &Path) -> String {
    let name = path.file_name().map_or(path, Path::new);
    cut_beginning(&escape_path(name), WIDEST_FILE)
}

/// As much of the text's beginning as fits, and a mark where something lacks.
fn cut_end(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = fitting(text.chars(), width);
    cut.push('…');
    cut
}

/// As much of the text's end as fits: the end of a label tells it from its neighbours.
fn cut_beginning(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let end = fitting(text.chars().rev(), width);
    std::iter::once('…').chain(end.chars().rev()).collect()
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
