//! From the changes in files to the numbers of a row.

use std::path::PathBuf;
use std::time::Duration;

use mmstats::Verdict;

use super::cells::{Cell, CellOptions, cells};
use super::columns::Column;
use crate::pollstats::sampling::changes::{Changes, FileChanges};
use crate::pollstats::sampling::measurement::Measurement;

/// One line of a table.
#[derive(Debug)]
pub struct Row {
    /// The Unix time of its end, in seconds.
    pub time: f64,
    /// The interval that it covers.
    pub interval: Duration,
    /// The file that it covers; `None`: all of them.
    pub file: Option<RowFile>,
    /// One per heading.
    pub cells: Vec<Cell>,
}

/// The file that a row covers.
#[derive(Clone, Debug)]
pub struct RowFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether its program is alive.
    pub life: Verdict,
}

/// One row over all files. The state of a dead program doesn't count; its counts do.
pub fn over_all(changes: &Changes, columns: &[Column], options: CellOptions) -> Row {
    let measurements_of = |label: &str| {
        let files = changes.files.iter();
        files.filter_map(|file| counted_measurement(file, label)).collect()
    };
    row(changes, None, columns, options, measurements_of)
}

/// What counts of a file's measurement.
fn counted_measurement<'a>(file: &'a FileChanges, label: &str) -> Option<&'a Measurement> {
    let measurement = file.measurements.get(label)?;
    let is_over = file.life == Some(Verdict::Dead) && measurement.is_state();
    Some(if is_over { &Measurement::Absent } else { measurement })
}

/// A row for each file that has any of the columns.
pub fn per_file(changes: &Changes, columns: &[Column], options: CellOptions) -> Vec<Row> {
    let rows = changes.files.iter().map(|file| {
        let FileChanges { path, life, measurements } = file;
        let file = RowFile { path: path.clone(), life: life.unwrap_or(Verdict::Undecided) };
        row(changes, Some(file), columns, options, |label| {
            measurements.get(label).into_iter().collect()
        })
    });
    rows.filter(|row| row.cells.iter().any(|cell| *cell != Cell::Missing)).collect()
}

fn row<'a>(
    changes: &Changes,
    file: Option<RowFile>,
    columns: &[Column],
    options: CellOptions,
    measurements_of: impl Fn(&str) -> Vec<&'a Measurement>,
) -> Row {
    let (time, interval) = (changes.time, changes.interval);
    let of_column =
        |column: &Column| cells(&measurements_of(&column.label), column, options, interval);
    Row { time, interval, file, cells: columns.iter().flat_map(of_column).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use mmstats::{Aggregate, Value};

    use super::*;
    use crate::pollstats::rendering::columns::ColumnOptions;
    use crate::pollstats::sampling::column_kind::ColumnKind;

    const HOW: CellOptions = how(false);
    const DELTA: CellOptions = how(true);

    const fn how(delta: bool) -> CellOptions {
        CellOptions {
            columns: ColumnOptions { delta, change: false, percentile: 99.0 },
            aggregator: None,
        }
    }

    fn column(kind: ColumnKind, aggregate: Option<Aggregate>) -> Column {
        let (label, title) = ("x".to_owned(), "x".to_owned());
        Column { label, title, kind: Some(kind), unit: String::new(), aggregate }
    }

    /// Files that have one measurement each; half a second passed.
    fn changes(measurements: Vec<Measurement>) -> Changes {
        let file = |(number, measurement)| FileChanges {
            path: format!("file-{number}").into(),
            life: None,
            measurements: HashMap::from([("x".to_owned(), measurement)]),
        };
        let files = measurements.into_iter().enumerate().map(file).collect();
        Changes { time: 1e9, interval: Duration::from_millis(500), files, events: Vec::new() }
    }

    #[test]
    fn how_things_are_with_the_dead_does_not_count() {
        let measurements =
            vec![Measurement::Gauge(Value::Unsigned(3)), Measurement::Gauge(Value::Unsigned(4))];
        let mut changes = changes(measurements);
        changes.files[1].life = Some(Verdict::Dead);
        let gauge = [column(ColumnKind::Gauge, Some(Aggregate::Sum))];
        let value = |value| [Cell::Value(Value::Unsigned(value))];
        assert_eq!(over_all(&changes, &gauge, HOW).cells, value(3));
        let rows = per_file(&changes, &gauge, HOW);
        assert_eq!(
            (&rows[1].cells[..], rows[1].file.as_ref().unwrap().life),
            (&value(4)[..], Verdict::Dead)
        );
        changes.files[0].life = Some(Verdict::Dead);
        assert_eq!(over_all(&changes, &gauge, HOW).cells, [Cell::Idle]);
        // What it has counted does.
        for file in &mut changes.files {
            file.measurements.insert("x".to_owned(), Measurement::Counter(5));
        }
        assert_eq!(
            over_all(&changes, &[column(ColumnKind::Counter, None)], DELTA).cells,
            value(10)
        );
    }

    #[test]
    fn a_row_a_file_leaves_out_files_that_have_nothing() {
        let mut changes = changes(vec![Measurement::Counter(1), Measurement::Counter(2)]);
        changes.files[0].measurements.clear();
        let rows = per_file(&changes, &[column(ColumnKind::Counter, None)], DELTA);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].file.as_ref().unwrap().path, std::path::Path::new("file-1"));
        assert_eq!(rows[0].cells, [Cell::Value(Value::Unsigned(2))]);
    }
}
