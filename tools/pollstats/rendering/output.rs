//! Where rows go: a table for people, csv or json for programs.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use super::cell_format::CellFormatter;
use super::columns::Heading;
use super::records;
use super::rows::Row;
use super::table::{Table, TableOptions};
use crate::common::terminal::{ColorChoice, Paint};
use crate::common::time::Calendar;
use crate::pollstats::args::{Arguments, Format};

/// Where the output is shown.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    is_terminal: bool,
    paint: Paint,
}

impl Screen {
    /// Of an output.
    pub fn of(output: &impl IsTerminal, color: ColorChoice) -> Self {
        Self { is_terminal: output.is_terminal(), paint: color.paint(output) }
    }

    /// Colour or none.
    pub const fn paint(self) -> Paint {
        self.paint
    }

    /// The width of a line, queried each time as a window can be resized; `None`: no limit.
    fn width(self) -> Option<usize> {
        /// For a terminal that doesn't report its size.
        const USUAL: usize = 80;
        self.is_terminal.then(|| match crossterm::terminal::size() {
            Ok((columns, _)) if columns > 0 => columns.into(),
            _ => USUAL,
        })
    }
}

/// A way to write rows.
#[derive(Debug)]
pub struct Output {
    format: Format,
    per_file: bool,
    screen: Screen,
    table: Table,
    headings: Vec<Heading>,
    has_header: bool,
}

impl Output {
    /// As the arguments say, for rows with this time from one to the next.
    pub fn new(arguments: &Arguments, screen: Screen, interval: Duration) -> Self {
        let is_fast = interval.subsec_nanos() != 0;
        let options = TableOptions {
            text: CellFormatter { raw: arguments.raw, calendar: Calendar::local() },
            paint: screen.paint,
            repeat: arguments.headers,
            times: arguments.timestamps.then_some(is_fast),
            per_file: arguments.per_file,
        };
        Self {
            format: arguments.output,
            per_file: arguments.per_file,
            screen,
            table: Table::new(options),
            headings: Vec::new(),
            has_header: false,
        }
    }

    /// Whether the columns can no longer change: csv has one header.
    pub fn has_fixed_columns(&self) -> bool {
        self.format == Format::Csv && self.has_header
    }

    /// Sets the columns of the rows that follow.
    pub fn set_headings(&mut self, headings: Vec<Heading>) {
        self.headings = headings;
    }

    /// Reserves the width of rows that are known before the first one.
    pub fn expect(&mut self, rows: &[Row]) {
        if self.format == Format::Text {
            self.table.fit(&self.headings, self.screen.width());
            for row in rows {
                self.table.expect(row);
            }
        }
    }

    /// Writes the header, if the format has one.
    ///
    /// # Errors
    ///
    /// Returns an error if `out` can't be written; the same for rows.
    pub fn header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.has_header = true;
        match self.format {
            Format::Text if self.headings.is_empty() => Ok(()),
            Format::Text => {
                self.table.fit(&self.headings, self.screen.width());
                self.table.header(out)
            }
            Format::Csv => records::csv_header(out, &self.headings, self.per_file),
            Format::Json => Ok(()),
        }
    }

    /// Writes a row.
    pub fn row(&mut self, out: &mut dyn Write, row: &Row) -> io::Result<()> {
        match self.format {
            // A stat may still come; until then there would only be empty lines.
            Format::Text if self.headings.is_empty() => Ok(()),
            Format::Text => {
                self.table.fit(&self.headings, self.screen.width());
                self.table.row(out, row)
            }
            Format::Csv => records::csv_row(out, row),
            Format::Json => records::json_row(out, &self.headings, row),
        }
    }
}
