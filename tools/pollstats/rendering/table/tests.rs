//! Tables as people see them.

use std::time::Duration;

use super::*;
use crate::common::terminal::ColorChoice;
use crate::common::time::Calendar;
use crate::pollstats::rendering::columns::CellFormat;
use mmstats::Value;

fn table(repeat: u64, color: ColorChoice) -> Table {
    Table::new(TableOptions {
        text: CellFormatter { raw: false, calendar: Calendar::local() },
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
        format: CellFormat::Plain,
        kind: Some(ColumnKind::Counter),
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
    assert_eq!(text, "…status.2XX  …status.5XX   render  +1\nresponses/s  responses/s     mean\n");
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
