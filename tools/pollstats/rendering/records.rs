//! Rows for programs: csv with one header, or json with one object per line. Exact numbers.

use std::borrow::Cow;
use std::io::{self, Write};

use mmstats::Value;
use mmstats_cli::escape::{escape_data, escape_path_data};
use mmstats_cli::json;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::cells::Cell;
use super::columns::Heading;
use super::rows::{Row, RowFile};
use crate::common::json::{Exact, is_alive};
use crate::pollstats::sampling::sample::FileState;

/// Raised when a reader of an older schema would go wrong.
const SCHEMA: u32 = 1;

/// The first line of csv.
///
/// # Errors
///
/// Returns an error if `out` can't be written; the same for the other functions.
pub fn csv_header(out: &mut dyn Write, headings: &[Heading], per_file: bool) -> io::Result<()> {
    let mut record = vec!["time".to_owned()];
    if per_file {
        record.extend(["file", "alive"].map(str::to_owned));
    }
    record.extend(headings.iter().map(|heading| escape_data(&heading.name).into_owned()));
    csv_record(out, &record)
}

/// A row of csv. A missing number is an empty cell.
pub fn csv_row(out: &mut dyn Write, row: &Row) -> io::Result<()> {
    let mut record = vec![seconds(row.time).to_string()];
    if let Some(RowFile { path, state }) = &row.file {
        let alive = alive(*state).map_or_else(String::new, |is_alive| is_alive.to_string());
        record.extend([escape_path_data(path).into_owned(), alive]);
    }
    let text = |value: Value<'_>| escape_data(&value.to_string()).into_owned();
    record.extend(row.cells.iter().map(|cell| exact(cell).map_or_else(String::new, text)));
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

/// A row as an object on a line of its own. A missing number is `null`.
pub fn json_row(mut out: &mut dyn Write, headings: &[Heading], row: &Row) -> io::Result<()> {
    let file = row
        .file
        .as_ref()
        .map(|file| FileRecord { file: file.path.to_string_lossy(), alive: alive(file.state) });
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

/// Whether the program of a row's file is alive; that of a removed file no longer writes it.
const fn alive(state: FileState) -> Option<bool> {
    match state {
        FileState::Present(verdict) => is_alive(verdict),
        FileState::Removed => Some(false),
    }
}

/// The cell's number, which is infinite beyond the range of a histogram.
fn exact(cell: &Cell) -> Option<Value<'static>> {
    match cell {
        Cell::Missing | Cell::Idle | Cell::Never => None,
        Cell::Beyond(_) => Some(Value::Float(f64::INFINITY)),
        Cell::Value(value) => Some(value.clone()),
    }
}

/// Unix time to the millisecond: a poll of several files is no more precise.
fn seconds(time: f64) -> f64 {
    (time * 1e3).round() / 1e3
}

#[derive(Serialize)]
struct Record<'a> {
    schema: u32,
    time: f64,
    interval: f64,
    #[serde(flatten)]
    file: Option<FileRecord<'a>>,
    values: Values<'a>,
}

#[derive(Serialize)]
struct FileRecord<'a> {
    file: Cow<'a, str>,
    alive: Option<bool>,
}

struct Values<'a> {
    headings: &'a [Heading],
    cells: &'a [Cell],
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.cells.len()))?;
        for (heading, cell) in self.headings.iter().zip(self.cells) {
            map.serialize_entry(&heading.name, &exact(cell).map(Exact))?;
        }
        map.end()
    }
}
