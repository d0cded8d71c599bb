//! Rows for people: columns that fit the terminal, headers repeated, colour by kind.

use std::io::{self, Write};
use std::path::Path;

use anstyle::Style;
use mmstats::Verdict;
use unicode_width::UnicodeWidthStr;

use super::cell_text::CellText;
use super::cells::Cell;
use super::columns::Heading;
use super::layout::{GAP, Layout, Need};
use super::line::{Line, cut_beginning, cut_end};
use super::rows::{Row, RowFile};
use super::show::Show;
use crate::common::terminal::{FAINT, Paint, TITLE, kind_style};
use mmstats_cli::escape::{escape, escape_path};

/// The widest that a file's name is shown.
const WIDEST_FILE: usize = 32;
/// The widest that a text is shown.
const WIDEST_TEXT: usize = 24;
/// The widest unit that is as important as the numbers; a longer one may be cut.
const WIDEST_UNIT: usize = 16;
/// Once a number was too wide, each column gets this much more than it needs: a group of digits.
const HEADROOM: usize = 4;

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
    headroom: usize,
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
            headroom: 0,
        }
    }

    /// Makes room for the numbers of a row, as far as they are known before the first one.
    pub fn expect(&mut self, row: &Row) {
        for (widest, text) in self.widest.iter_mut().zip(self.look.texts(row, &self.headings)) {
            *widest = (*widest).max(text.width());
        }
        let file = row.file.as_ref().map(marked_name).unwrap_or_default();
        self.file_width = self.file_width.max(file.width());
        self.arrange();
    }

    /// Sets the columns and the width of the terminal; `None`: as wide as it gets.
    pub fn fit(&mut self, headings: &[Heading], terminal: Option<usize>) {
        if self.headings != headings {
            self.widest = headings.iter().map(|heading| self.widest_of(heading)).collect();
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
        let texts = self.look.texts(row, &self.headings);
        let file = row.file.as_ref().map(marked_name).unwrap_or_default();
        let time = match self.look.times {
            Some(milliseconds) => self.look.text.time_of_day(row.time, milliseconds),
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
        let mut line = Line::new(self.look.paint);
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

    /// The width of a column's widest number so far.
    fn widest_of(&self, heading: &Heading) -> usize {
        let known = self.headings.iter().zip(&self.widest);
        known.filter(|(known, _)| known.name == heading.name).map(|(_, &width)| width).sum()
    }

    /// Makes room for wider cells; a header tells where the columns have moved. Numbers that grow
    /// go on growing, those of other columns too: all of them get some headroom, so that this is
    /// not told again and again.
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
                Need {
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

impl Look {
    /// The cells of a row as texts.
    fn texts(&mut self, row: &Row, headings: &[Heading]) -> Vec<String> {
        let cells = row.cells.iter().zip(headings);
        let text = |(cell, heading): (&Cell, &Heading)| {
            cut_end(&self.text.write(cell, heading.form, row.time), WIDEST_TEXT)
        };
        cells.map(text).collect()
    }
}

/// What doesn't move is faint, so that the eye finds what does.
fn cell_style(cell: &Cell, heading: &Heading) -> Style {
    match cell {
        Cell::Missing | Cell::Idle | Cell::Never => FAINT,
        Cell::Value(value) if value.as_f64() == Some(0.0) => FAINT,
        Cell::Beyond(_) | Cell::Value(_) => kind_style(heading.show.map(Show::kind)),
    }
}

/// The name of a row's file, with a mark if its program is dead.
fn marked_name(file: &RowFile) -> String {
    let mark = if file.life == Verdict::Dead { " [dead]" } else { "" };
    file_name(&file.path) + mark
}

/// The name of a file without its directory, cut where it is long.
fn file_name(path: &Path) -> String {
    let name = path.file_name().map_or(path, Path::new);
    cut_beginning(&escape_path(name), WIDEST_FILE)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::columns::Form;
    use super::*;
    use crate::common::terminal::ColorChoice;
    use crate::common::time::Calendar;
    use mmstats::Value;

    fn table(repeat: u64, color: ColorChoice) -> Table {
        Table::new(Look {
            text: CellText { raw: false, calendar: Calendar::local() },
            paint: color.paint(&io::stdout()),
            repeat,
            times: None,
            per_file: false,
        })
    }

    fn heading(title: &str, unit: &str) -> Heading {
        Heading {
            name: title.to_owned(),
            title: title.to_owned(),
            unit: unit.to_owned(),
            form: Form::Number,
            show: Some(Show::Counter),
        }
    }

    fn row(cells: Vec<Cell>) -> Row {
        Row { time: 0.0, interval: Duration::from_secs(1), file: None, cells }
    }

    fn number(number: u64) -> Cell {
        Cell::Value(Value::Unsigned(number))
    }

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_stand_under_their_titles() {
        let mut table = table(20, ColorChoice::Never);
        table.fit(&[heading("status.2XX", "/s"), heading("busy", "")], Some(80));
        let text = written(|out| {
            table.row(out, &row(vec![number(1234), Cell::Missing])).unwrap();
            table.row(out, &row(vec![number(0), Cell::Idle])).unwrap();
        });
        assert_eq!(
            text,
            "\
status.2XX     busy
        /s
     1,234        ?
         0        -
"
        );
    }

    #[test]
    fn what_does_not_fit_is_cut_or_counted() {
        if mmstats_cli::locale::is_ascii() {
            return mmstats_testing::required::skip("the locale is ASCII");
        }
        let titles = ["web.stats.status.2XX", "web.stats.status.3XX", "grüße.☃"];
        let headings = titles.map(|title| heading(title, ""));
        for (width, expected) in [
            (80, "web.stats.status.2XX  web.stats.status.3XX  grüße.☃\n"),
            (40, "…ts.status.2XX  …ts.status.3XX  grüße.☃\n"),
            (30, "…status.2XX  …status.3XX  +1\n"),
        ] {
            let mut table = table(20, ColorChoice::Never);
            table.fit(&headings, Some(width));
            assert_eq!(written(|out| table.header(out).unwrap()), expected, "{width}");
        }
    }

    #[test]
    fn a_header_comes_again_after_some_lines_and_where_columns_change() {
        let mut table = table(3, ColorChoice::Never);
        let one = [heading("hits", "")];
        let two = [heading("hits", ""), heading("misses", "")];
        let text = written(|out| {
            for _ in 0..4 {
                table.fit(&one, Some(80));
                table.row(out, &row(vec![number(1)])).unwrap();
            }
            table.fit(&one, Some(70));
            table.row(out, &row(vec![number(1)])).unwrap();
            table.fit(&two, Some(70));
            table.row(out, &row(vec![number(1), number(2)])).unwrap();
        });
        let first_words = text.lines().map(|line| line.split_whitespace().next().unwrap_or(""));
        let expected = ["hits", "1", "1", "1", "hits", "1", "hits", "1", "hits", "1"];
        assert_eq!(first_words.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_wide_number_makes_room_for_itself() {
        let mut table = table(20, ColorChoice::Never);
        table.fit(&[heading("hits", ""), heading("misses", "")], Some(80));
        let text = written(|out| {
            table.row(out, &row(vec![number(1), number(2)])).unwrap();
            table.row(out, &row(vec![number(123_456_789), number(2)])).unwrap();
        });
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[2..], ["           hits   misses", "    123,456,789        2"]);
    }

    #[test]
    fn numbers_that_grow_repeat_no_header() {
        let mut table = table(0, ColorChoice::Never);
        table.fit(&[heading("hits", ""), heading("misses", "")], Some(80));
        let text = written(|out| {
            for digits in 1..13 {
                let hits = number(10_u64.pow(digits) - 1);
                table.row(out, &row(vec![hits, number(10_u64.pow(digits / 2))])).unwrap();
            }
        });
        assert_eq!(text.lines().filter(|line| line.contains("hits")).count(), 3, "{text}");
        // Another column comes; those that were there stay as wide as they were.
        let three = ["hits", "misses", "busy"].map(|title| heading(title, ""));
        table.fit(&three, Some(80));
        let text = written(|out| {
            let hits = number(10_u64.pow(12) - 1);
            table.row(out, &row(vec![number(1), number(1), number(1)])).unwrap();
            table.row(out, &row(vec![hits, number(1), number(1)])).unwrap();
        });
        assert_eq!(text.lines().filter(|line| line.contains("hits")).count(), 1, "{text}");
    }

    #[test]
    fn numbers_that_are_known_before_the_first_row_have_room() {
        let mut table = table(20, ColorChoice::Never);
        table.fit(&[heading("memory", ""), heading("hits", "")], Some(80));
        let first = row(vec![number(1_234_567_890), Cell::Idle]);
        table.expect(&first);
        let text = written(|out| {
            table.header(out).unwrap();
            table.row(out, &first).unwrap();
        });
        assert_eq!(text, "       memory     hits\n1,234,567,890        -\n");
    }

    #[test]
    fn units_are_cut_only_where_they_are_very_long() {
        if mmstats_cli::locale::is_ascii() {
            return mmstats_testing::required::skip("the locale is ASCII");
        }
        let units = ["responses/s", "responses/s", "mean", "/s"];
        let headings = ["web.status.2XX", "web.status.5XX", "render", "render"];
        let mut headings: Vec<_> =
            headings.iter().zip(units).map(|(title, unit)| heading(title, unit)).collect();
        let mut table = table(20, ColorChoice::Never);
        table.fit(&headings, Some(40));
        let text = written(|out| table.header(out).unwrap());
        assert_eq!(
            text,
            "…status.2XX  …status.5XX   render  +1\nresponses/s  responses/s     mean\n"
        );
        headings[0].unit = "hundredweights of barley/s".into();
        table.fit(&headings, Some(40));
        let text = written(|out| table.header(out).unwrap());
        assert!(text.contains("hundredweights of…     responses/s"), "{text}");
    }

    #[test]
    fn colour_is_by_kind_and_faint_where_nothing_moves() {
        let mut table = table(20, ColorChoice::Always);
        table.fit(&[heading("hits", "")], Some(80));
        let text = written(|out| {
            table.row(out, &row(vec![number(7)])).unwrap();
            table.row(out, &row(vec![number(0)])).unwrap();
        });
        let counter = kind_style(Some(mmstats::Kind::Counter));
        assert!(text.contains(&format!("{counter}7\x1b[0m\n")), "{text:?}");
        assert!(text.contains("\x1b[2m0\x1b[0m\n"), "{text:?}");
    }
}
