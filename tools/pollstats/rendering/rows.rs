//! From a sample to the numbers of its rows.

use std::path::PathBuf;
use std::time::Duration;

use super::cells::{Cell, CellOptions, cells};
use super::columns::Column;
use crate::pollstats::sampling::measurement::Measurement;
use crate::pollstats::sampling::sample::{FileSample, FileState, Sample};

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
    /// What became of it.
    pub state: FileState,
}

/// One row over all files. The state of a dead program or a removed file doesn't count; its counts
/// do.
pub fn over_all(sample: &Sample, columns: &[Column], options: CellOptions) -> Row {
    let mut by_column = ByColumn::new(columns);
    for file in &sample.files {
        by_column.add(file, |measurement| {
            let is_over = file.state.is_over() && !counts(measurement, options);
            if is_over { &Measurement::Absent } else { measurement }
        });
    }
    row(sample, None, columns, options, &by_column)
}

/// Whether a measurement is new in the interval, whoever made it.
fn counts(measurement: &Measurement, options: CellOptions) -> bool {
    match measurement {
        Measurement::UpDown { .. } => options.columns.change,
        _ => !measurement.is_state(),
    }
}

/// A row for each file that has any of the columns.
pub fn per_file(sample: &Sample, columns: &[Column], options: CellOptions) -> Vec<Row> {
    let mut by_column = ByColumn::new(columns);
    let rows = sample.files.iter().map(|file| {
        by_column.clear();
        by_column.add(file, |measurement| measurement);
        let covered = RowFile { path: file.path.clone(), state: file.state };
        row(sample, Some(covered), columns, options, &by_column)
    });
    rows.filter(|row| row.cells.iter().any(|cell| *cell != Cell::Missing)).collect()
}

/// The measurements of each column.
struct ByColumn<'a> {
    /// For each label the index of its column.
    columns: Vec<Option<usize>>,
    measurements: Vec<Vec<&'a Measurement>>,
}

impl<'a> ByColumn<'a> {
    fn new(columns: &[Column]) -> Self {
        let labels = columns.iter().filter_map(|column| column.id).max().map_or(0, |max| max + 1);
        let mut of_label = vec![None; labels];
        for (index, column) in columns.iter().enumerate() {
            if let Some(label) = column.id {
                of_label[label] = Some(index);
            }
        }
        Self { columns: of_label, measurements: vec![Vec::new(); columns.len()] }
    }

    fn add(&mut self, file: &'a FileSample, counted: impl Fn(&'a Measurement) -> &'a Measurement) {
        for &(label, ref measurement) in &file.measurements {
            if let Some(&Some(column)) = self.columns.get(label) {
                self.measurements[column].push(counted(measurement));
            }
        }
    }

    fn clear(&mut self) {
        self.measurements.iter_mut().for_each(Vec::clear);
    }
}

fn row(
    sample: &Sample,
    file: Option<RowFile>,
    columns: &[Column],
    options: CellOptions,
    by_column: &ByColumn<'_>,
) -> Row {
    let Sample { time, interval, .. } = *sample;
    let cells = columns
        .iter()
        .zip(&by_column.measurements)
        .flat_map(|(column, measurements)| cells(measurements, column, options, interval))
        .collect();
    Row { time, interval, file, cells }
}

#[cfg(test)]
mod tests {
    use mmstats::{Aggregate, Value, Verdict};

    use super::*;
    use crate::pollstats::rendering::columns::ColumnOptions;
    use crate::pollstats::sampling::column_kind::ColumnKind;

    const HOW: CellOptions = how(false);
    const DELTA: CellOptions = how(true);
    const CHANGE: CellOptions = CellOptions {
        columns: ColumnOptions { delta: true, change: true, percentile: 99.0 },
        aggregator: None,
    };

    const fn how(delta: bool) -> CellOptions {
        CellOptions {
            columns: ColumnOptions { delta, change: false, percentile: 99.0 },
            aggregator: None,
        }
    }

    /// Of the second label.
    fn column(kind: ColumnKind, aggregate: Option<Aggregate>) -> Column {
        let (label, title) = ("x".to_owned(), "x".to_owned());
        Column { label, title, id: Some(1), kind: Some(kind), unit: String::new(), aggregate }
    }

    /// Files that have one measurement each; half a second passed.
    fn sample(files: Vec<(FileState, Measurement)>) -> Sample {
        let file = |(number, (state, measurement))| FileSample {
            path: format!("file-{number}").into(),
            state,
            measurements: vec![(0, Measurement::Counter(1000)), (1, measurement)],
        };
        let files = files.into_iter().enumerate().map(file).collect();
        Sample { time: 1e9, interval: Duration::from_millis(500), files, events: Vec::new() }
    }

    const ALIVE: FileState = FileState::Present(Verdict::Alive);
    const OVER: [FileState; 2] = [FileState::Present(Verdict::Dead), FileState::Removed];

    fn number(value: u64) -> [Cell; 1] {
        [Cell::Value(Value::Unsigned(value))]
    }

    #[test]
    fn a_state_does_not_count_after_its_end() {
        let of = |first, second| {
            let gauge = |value| Measurement::Gauge(Value::Unsigned(value));
            sample(vec![(first, gauge(3)), (second, gauge(4))])
        };
        let gauge = [column(ColumnKind::Gauge, Some(Aggregate::Sum))];
        for over in OVER {
            let one = of(ALIVE, over);
            assert_eq!(over_all(&one, &gauge, HOW).cells, number(3));
            let rows = per_file(&one, &gauge, HOW);
            assert_eq!(rows[1].cells, number(4));
            assert_eq!(rows[1].file.as_ref().unwrap().state, over);
            assert_eq!(over_all(&of(over, over), &gauge, HOW).cells, [Cell::Idle]);
        }
    }

    #[test]
    fn what_was_counted_counts_whoever_counted_it() {
        for over in OVER {
            let counts = [ALIVE, over].map(|state| (state, Measurement::Counter(5)));
            let counter = [column(ColumnKind::Counter, None)];
            assert_eq!(over_all(&sample(counts.into()), &counter, DELTA).cells, number(10));
            let parts = [ALIVE, over].map(|state| (state, Measurement::UpDown { now: 7, new: -2 }));
            let up_down = [column(ColumnKind::UpDownCounter, None)];
            let shown = |how| over_all(&sample(parts.clone().into()), &up_down, how).cells;
            assert_eq!(shown(CHANGE), [Cell::Value(Value::Signed(-4))]);
            assert_eq!(shown(HOW), [Cell::Value(Value::Signed(7))]);
        }
    }

    #[test]
    fn a_row_a_file_leaves_out_files_that_have_nothing() {
        let count = |count| (ALIVE, Measurement::Counter(count));
        let mut sample = sample(vec![count(1), count(2)]);
        sample.files[0].measurements.clear();
        let rows = per_file(&sample, &[column(ColumnKind::Counter, None)], DELTA);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].file.as_ref().unwrap().path, std::path::Path::new("file-1"));
        assert_eq!(rows[0].cells, number(2));
    }
}
