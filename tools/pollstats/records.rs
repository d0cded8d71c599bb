//! Rows for programs: csv with one header, or json with an object a line. Exact numbers.

use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::columns::Heading;
use super::rows::{Cell, Row};
use crate::common::escape::{escape, escape_path};
use crate::common::json::{self, Exact};

/// Raised when a reader of an older schema would go wrong.
const SCHEMA: u32 = 1;

/// The first line of csv.
///
/// # Errors
///
/// Where `out` can't be written; the same for the other functions.
pub fn csv_header(out: &mut dyn Write, headings: &[Heading], per_file: bool) -> io::Result<()> {
    let mut record = vec!["time".to_owned()];
    record.extend(per_file.then(|| "file".to_owned()));
    record.extend(headings.iter().map(|heading| escape(&heading.name).into_owned()));
    csv_record(out, &record)
}

/// A row of csv. A number that isn't there is an empty cell.
pub fn csv_row(out: &mut dyn Write, row: &Row) -> io::Result<()> {
    let mut record = vec![seconds(row.time).to_string()];
    record.extend(row.file.as_ref().map(|path| escape_path(path).into_owned()));
    record.extend(row.cells.iter().map(|cell| match cell {
        Cell::Missing | Cell::Idle => String::new(),
        Cell::Value(value) => escape(&value.to_string()).into_owned(),
    }));
    csv_record(out, &record)
}

/// A line of csv.
pub fn csv_record(out: &mut dyn Write, record: &[impl AsRef<[u8]>]) -> io::Result<()> {
    let mut line = csv::Writer::from_writer(Vec::new());
    line.write_record(record)?;
    let line = line.into_inner().map_err(csv::IntoInnerError::into_error)?;
    out.write_all(&line)?;
    out.flush()
}

/// A row as an object on a line of its own. A number that isn't there is `null`.
pub fn json_row(mut out: &mut dyn Write, headings: &[Heading], row: &Row) -> io::Result<()> {
    let file = row.file.as_ref().map(|path| path.to_string_lossy().into_owned());
    let record = Record {
        schema: SCHEMA,
        time: seconds(row.time),
        interval: row.interval.as_secs_f64(),
        file,
        values: Values { headings, cells: &row.cells },
    };
    json::write(&mut out, &record)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Unix time to the millisecond, more than which no look at several files can mean.
fn seconds(time: f64) -> f64 {
    (time * 1e3).round() / 1e3
}

#[derive(Serialize)]
struct Record<'a> {
    schema: u32,
    time: f64,
    interval: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    values: Values<'a>,
}

struct Values<'a> {
    headings: &'a [Heading],
    cells: &'a [Cell],
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.cells.len()))?;
        for (heading, cell) in self.headings.iter().zip(self.cells) {
            match cell {
                Cell::Missing | Cell::Idle => map.serialize_entry(&heading.name, &())?,
                Cell::Value(value) => map.serialize_entry(&heading.name, &Exact(value.clone()))?,
            }
        }
        map.end()
    }
}
