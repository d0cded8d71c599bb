//! Rows for people: columns that fit the terminal, headers repeated, colour by kind.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use anstyle::Style;
use mmstats::Verdict;
use mmstats_cli::escape::{escape, escape_path};
use unicode_width::UnicodeWidthStr;

use super::cell_format::CellFormatter;
use super::cells::Cell;
use super::columns::Heading;
use super::layout::{ColumnNeed, GAP, Layout};
use super::line::{Line, cut_beginning, cut_end};
use super::rows::{Row, RowFile};
use crate::common::terminal::{FAINT, Paint, TITLE, kind_style};
use crate::pollstats::sampling::column_kind::ColumnKind;
use crate::pollstats::sampling::sample::FileState;

/// The widest that a file's name is shown.
const WIDEST_FILE: usize = 32;
/// The widest that a text is shown.
const WIDEST_TEXT: usize = 24;
/// The widest unit that is as important as the numbers; a longer one may be cut.
const WIDEST_UNIT: usize = 16;
/// Once a number was too wide, each column gets this much more than it needs: a group of digits.
const HEADROOM: usize = 4;

/// How a table is written.
#[derive(Debug)]
pub struct TableOptions {
    /// How numbers are written.
    pub text: CellFormatter,
    /// Colour or none.
    pub paint: Paint,
    /// Number of lines between headers; 0: only when the columns change.
    pub repeat: u64,
    /// `None`: no times; else whether they have milliseconds.
    pub times: Option<bool>,
    /// Whether each line names its file.
    pub per_file: bool,
}

/// A table that is written line by line.
#[derive(Debug)]
pub struct Table {
    options: TableOptions,
    headings: Vec<Heading>,
    /// The width of the widest cell so far, one per heading.
    widest: Vec<usize>,
    file_width: usize,
    terminal: Option<usize>,
    layout: Layout,
    lines: u64,
    header_due: bool,
    headroom: usize,
}

impl Table {
    /// A table without columns yet.
    pub fn new(options: TableOptions) -> Self {
        Self {
            options,
            headings: Vec::new(),
            widest: Vec::new(),
            file_width: 4,
            terminal: None,
            layout: Layout::default(),
            lines: 0,
            header_due: true,
            headroom: 0,
        }
    }

    /// Reserves the width of a row that is known before the first one.
    pub fn expect(&mut self, row: &Row) {
        for (widest, text) in self.widest.iter_mut().zip(self.options.texts(row, &self.headings)) {
            *widest = (*widest).max(text.width());
        }
        let file = row.file.as_ref().map(marked_name).unwrap_or_default();
        self.file_width = self.file_width.max(file.width());
        self.arrange();
    }

    /// Sets the columns and the width of the terminal; `None`: as wide as it gets.
    pub fn fit(&mut self, headings: &[Heading], terminal: Option<usize>) {
        if self.headings != headings {
            self.widest = self.widest_of(headings);
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

    /// Writes the header if it is due.
    ///
    /// # Errors
    ///
    /// Returns an error if `out` can't be written; the same for rows.
    pub fn header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let repeated = self.options.repeat > 0 && self.lines >= self.options.repeat;
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

    /// The second line of the header, if any column has a unit.
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

    /// Writes a row, after the header if that is due.
    pub fn row(&mut self, out: &mut dyn Write, row: &Row) -> io::Result<()> {
        let texts = self.options.texts(row, &self.headings);
        let file = row.file.as_ref().map(marked_name).unwrap_or_default();
        let time = match self.options.times {
            Some(milliseconds) => self.options.text.time_of_day(row.time, milliseconds),
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
        let mut line = Line::new(self.options.paint);
        if let Some(width) = self.time_width() {
            line.left(width, style, time);
        }
        if self.options.per_file {
            line.left(self.file_width, style, file);
        }
        line
    }

    fn time_width(&self) -> Option<usize> {
        let milliseconds = self.options.times?;
        Some(if milliseconds { "10:14:05.724".len() } else { "10:14:05".len() })
    }

    fn lead_width(&self) -> usize {
        let file = if self.options.per_file { self.file_width + GAP } else { 0 };
        self.time_width().map_or(0, |width| width + GAP) + file
    }

    /// The widths of the columns' widest numbers so far.
    fn widest_of(&self, headings: &[Heading]) -> Vec<usize> {
        let known = self.headings.iter().map(|heading| heading.name.as_str()).zip(&self.widest);
        let known: HashMap<_, _> = known.collect();
        let width = |heading: &Heading| known.get(heading.name.as_str()).map_or(0, |&&width| width);
        headings.iter().map(width).collect()
    }

    /// Makes columns wider; a new header shows where they have moved. Numbers that grow go on growing,
    /// in other columns, too: all of them get some headroom, so that headers stay rare.
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
            self.headroom = HEADROOM;
            self.header_due = true;
            self.arrange();
        }
    }

    fn arrange(&mut self) {
        let needs: Vec<_> = self
            .headings
            .iter()
            .zip(&self.widest)
            .map(|(heading, &widest)| {
                let unit = escape(&heading.unit).width();
                ColumnNeed {
                    cells: widest.max(unit.min(WIDEST_UNIT)),
                    title: escape(&heading.title).width().max(unit),
                    wish: widest + self.headroom,
                }
            })
            .collect();
        let room = self.terminal.map(|width| width.saturating_sub(self.lead_width()));
        self.layout = Layout::fit(&needs, room);
    }
}

impl TableOptions {
    /// The cells of a row as texts.
    fn texts(&mut self, row: &Row, headings: &[Heading]) -> Vec<String> {
        let cells = row.cells.iter().zip(headings);
        let text = |(cell, heading): (&Cell, &Heading)| {
            cut_end(&self.text.write(cell, heading.format, row.time), WIDEST_TEXT)
        };
        cells.map(text).collect()
    }
}

/// What doesn't move is faint, so that the eye finds what does.
fn cell_style(cell: &Cell, heading: &Heading) -> Style {
    match cell {
        Cell::Missing | Cell::Idle | Cell::Never => FAINT,
        Cell::Value(value) if value.as_f64() == Some(0.0) => FAINT,
        Cell::Beyond(_) | Cell::Value(_) => kind_style(heading.kind.map(ColumnKind::stat_kind)),
    }
}

/// The name of a row's file, with a mark if its state no longer holds.
fn marked_name(file: &RowFile) -> String {
    let mark = match file.state {
        FileState::Present(Verdict::Dead) => " [dead]",
        FileState::Present(_) => "",
        FileState::Removed => " [removed]",
    };
    file_name(&file.path) + mark
}

/// The name of a file without its directory, cut where it is long.
fn file_name(path: &Path) -> String {
    let name = path.file_name().map_or(path, Path::new);
    cut_beginning(&escape_path(name), WIDEST_FILE)
}

#[cfg(test)]
mod tests;
