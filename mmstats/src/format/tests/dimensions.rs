//! Section 3.7 of `spec/FORMAT.md`: its table, and the file in section 16.1.

use super::notes::{Notes, fields};
use super::page::{PAGE, block, file, rows};
use crate::format::*;

const HEADINGS: &str = "| label | name | dimensions |";

/// What stands in place of a name, before the reason why it is none.
const PLAIN: &str = "the label: ";

/// A row's label, and what it says.
fn parsed(row: &str) -> (&str, Series<'static>) {
    let columns: Vec<_> = row.split(" | ").collect();
    let [label, name, dimensions] = columns[..] else { panic!("three columns: {row}") };
    let label = code(label);
    if let Some(reason) = name.strip_prefix(PLAIN) {
        assert!(!reason.is_empty() && dimensions.is_empty(), "{row}");
        return (label, Series::new(label.to_owned()));
    }
    let dimensions = dimensions.replace("`, a newline, `", "\n");
    let parts: Vec<_> = dimensions.trim_end().split('`').collect();
    let mut series = Series::new(code(name).to_owned());
    for (number, pair) in parts.chunks_exact(4).enumerate() {
        let between = if number == 0 { "" } else { ", " };
        assert_eq!((pair[0], pair[2]), (between, " is "), "{row}");
        series = series.with(pair[1].to_owned(), pair[3].to_owned());
    }
    assert_eq!(parts.chunks_exact(4).remainder(), [""], "{row}");
    (label, series)
}

fn code(cell: &str) -> &str {
    cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).expect("code")
}

#[test]
fn each_row_of_the_table_is_what_is_parsed_and_composed() {
    let rows = rows(HEADINGS);
    let plain = rows.iter().filter(|row| row.contains(PLAIN)).count();
    assert!(plain >= 15 && rows.len() >= plain + 8, "{rows:#?}");
    for row in rows {
        let (label, series) = parsed(&row);
        assert_eq!(Series::parse(label), series, "{row}");
        assert_eq!(series.compose(), label, "{row}");
    }
}

/// What the labels of the example say, in order.
fn series() -> [Series<'static>; 3] {
    [
        Series::new("requests").with("method", "GET").with("status", "200"),
        Series::new("requests").with("path", format!("/{}", "a".repeat(238))),
        Series::new("in {braces}").with("my-key", "a \"b\""),
    ]
}

#[test]
fn the_example_with_dimensions_is_what_a_writer_writes() {
    let declared =
        series().map(|series| DeclaredField::zeroed(&series.compose(), "Q", Kind::Counter));
    let new = NewFile::compose(&declared, &Identity::default(), Layout::Packed, 0, PAGE).unwrap();
    let mut notes = Notes { bytes: &new.bytes, text: String::new() };
    notes.chain();
    let expected = notes.text;
    assert!(
        block("example-dimensions") == expected,
        "paste this as example-dimensions:\n{expected}"
    );
    assert!(file("example-dimensions") == new.bytes, "what the page leaves out is zero");
}

#[test]
fn the_example_with_dimensions_is_read_as_documented() {
    let bytes = file("example-dimensions");
    let (fields, _) = fields(&bytes);
    let labels = fields.iter().map(|field| str::from_utf8(&bytes[field.label.clone()]).unwrap());
    let labels: Vec<_> = labels.collect();
    assert_eq!(labels.iter().map(|label| Series::parse(label)).collect::<Vec<_>>(), series());
    // The second one would end pollstats of the original without its comma.
    assert_eq!(labels.iter().map(|label| label.len()).collect::<Vec<_>>()[1], 257);
    assert!(fields.iter().all(|field| bytes[field.offset()] != 0));
}
