//! Lines of csv with one number each.

use std::io::{self, Write};

use mmstats::{Stat, Value};
use mmstats_cli::escape::escape_data;

use super::json::Hex;
use super::records::{PERCENTILES, percentile};

/// Calls `line` with each number of a stat and the name of the component that it is: of a stat of
/// one component without a name, of a histogram with its count and percentiles.
///
/// # Errors
///
/// Returns an error of `line`.
pub fn for_each_number(
    stat: &Stat<'_>,
    mut line: impl FnMut(&str, &Value<'_>) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(histogram) = stat.histogram() {
        line("count", &Value::Unsigned(histogram.count()))?;
        let percentiles = PERCENTILES.into_iter();
        let mut percentiles = percentiles
            .filter_map(|(name, percent)| Some((name, percentile(&histogram, percent)?)));
        return percentiles.try_for_each(|(name, value)| line(name, &value));
    }
    if stat.components().nth(1).is_none() {
        return line("", &stat.value());
    }
    stat.components().try_for_each(|(name, value)| line(&name, &value))
}

/// A value exactly; raw bytes as hex digits, as in JSON.
pub fn exact_text(value: &Value<'_>) -> String {
    match value {
        Value::Bytes(bytes) => Hex(bytes).to_string(),
        value => escape_data(&value.to_string()).into_owned(),
    }
}

/// Writes a field of a line.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn put_field<W: Write>(out: &mut csv::Writer<W>, field: &str) -> io::Result<()> {
    out.write_field(field).map_err(io_error)
}

/// Ends a line.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn end_record<W: Write>(out: &mut csv::Writer<W>) -> io::Result<()> {
    out.write_record(None::<&[u8]>).map_err(io_error)
}

/// The error of the output itself: a closed pipe must be seen as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
