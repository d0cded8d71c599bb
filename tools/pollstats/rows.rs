//! From the changes in files to the numbers of a row.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use mmstats::{Aggregate, Aggregator, HistogramSnapshot, Value};

use super::columns::{Column, Measure};
use super::figure::Figure;
use super::sampler::{Changes, FileChanges};
use super::show::Show;

/// One line of a table.
#[derive(Debug)]
pub struct Row {
    /// The Unix time of its end, in seconds.
    pub time: f64,
    /// The time that it is about.
    pub interval: Duration,
    /// The file that it is about; `None`: all of them.
    pub file: Option<PathBuf>,
    /// One a heading.
    pub cells: Vec<Cell>,
}

/// One number of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No file has the stat.
    Missing,
    /// There is nothing to tell a number from: no event in the interval.
    Idle,
    /// A number or a text.
    Value(Value<'static>),
}

/// One row over all files.
pub fn over_all(changes: &Changes, columns: &[Column], how: How) -> Row {
    let figures: Vec<_> = changes.files.iter().map(|file| &file.figures).collect();
    row(changes, None, &figures, columns, how)
}

/// A row for each file that has any of the columns.
pub fn per_file(changes: &Changes, columns: &[Column], how: How) -> Vec<Row> {
    let rows = changes.files.iter().map(|file| {
        let FileChanges { path, figures } = file;
        row(changes, Some(path.clone()), &[figures], columns, how)
    });
    rows.filter(|row| row.cells.iter().any(|cell| *cell != Cell::Missing)).collect()
}

/// How several files' changes become the numbers of one row.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// How changes become numbers.
    pub measure: Measure,
    /// Overrides what the stats say; timers and histograms are always taken together.
    pub aggregator: Option<Aggregator>,
}

type Figures = HashMap<String, Figure>;

fn row(
    changes: &Changes,
    file: Option<PathBuf>,
    files: &[&Figures],
    columns: &[Column],
    how: How,
) -> Row {
    let (time, interval) = (changes.time, changes.interval);
    let of_column = |column: &Column| {
        let figures =
            files.iter().filter_map(|figures| figures.get(&column.label)).collect::<Vec<_>>();
        cells(&figures, column, how, interval)
    };
    Row { time, interval, file, cells: columns.iter().flat_map(of_column).collect() }
}

fn cells(figures: &[&Figure], column: &Column, how: How, interval: Duration) -> Vec<Cell> {
    match column.show {
        Some(Show::Counter) => vec![counter(figures, column, how, interval)],
        Some(Show::Timer) => timer(figures, how.measure.delta, interval).into(),
        Some(Show::Histogram) => vec![histogram(figures, how.measure.percentile)],
        Some(Show::Info) => vec![information(figures)],
        Some(Show::Gauge | Show::Average | Show::Timestamp) => {
            vec![number(figures, aggregator(column, how))]
        }
        None => vec![Cell::Missing],
    }
}

/// The user's word, else the stat's, else what suits the way it is shown.
fn aggregator(column: &Column, how: How) -> Aggregator {
    how.aggregator.unwrap_or(match (column.aggregate, column.show) {
        (Some(Aggregate::Sum), _) => Aggregator::Sum,
        (Some(Aggregate::Min), _) => Aggregator::Min,
        (Some(Aggregate::Max), _) | (_, Some(Show::Timestamp)) => Aggregator::Max,
        (_, Some(Show::Average)) => Aggregator::Avg,
        _ => Aggregator::Sum,
    })
}

fn counter(figures: &[&Figure], column: &Column, how: How, interval: Duration) -> Cell {
    let new = figures.iter().filter_map(|figure| match figure {
        Figure::Counter(new) => Some(Value::Unsigned(*new)),
        _ => None,
    });
    let new = aggregator(column, how).apply(new);
    let measured = |new: Value<'static>| match new.as_f64() {
        Some(number) if !how.measure.delta => Value::Float(number / interval.as_secs_f64()),
        _ => new,
    };
    new.map_or(Cell::Missing, |new| Cell::Value(measured(new)))
}

/// The mean, and how often.
fn timer(figures: &[&Figure], delta: bool, interval: Duration) -> [Cell; 2] {
    let new = figures.iter().filter_map(|figure| match figure {
        Figure::Timer { count, total } => Some((*count, *total)),
        _ => None,
    });
    let sum =
        |(count, total): (u64, f64), (more, longer)| (count.saturating_add(more), total + longer);
    let Some((count, total)) = new.reduce(sum) else {
        return [Cell::Missing, Cell::Missing];
    };
    let mean = if count == 0 { Cell::Idle } else { float(total / count as f64) };
    let how_often = if delta {
        Cell::Value(Value::Unsigned(count))
    } else {
        float(count as f64 / interval.as_secs_f64())
    };
    [mean, how_often]
}

fn histogram(figures: &[&Figure], percentile: f64) -> Cell {
    let mut merged: Option<HistogramSnapshot> = None;
    for figure in figures {
        if let Figure::Histogram(new) = figure {
            match &mut merged {
                // One with other buckets is of another program; its values can't be added.
                Some(merged) => drop(merged.merge(new)),
                None => merged = Some(new.clone()),
            }
        }
    }
    merged.map_or(Cell::Missing, |merged| merged.percentile(percentile).map_or(Cell::Idle, float))
}

fn number(figures: &[&Figure], aggregator: Aggregator) -> Cell {
    let numbers = figures.iter().filter_map(|figure| match figure {
        Figure::Number(number) => Some(number.clone()),
        _ => None,
    });
    match aggregator.apply(numbers) {
        Some(number) => Cell::Value(number),
        None if figures.is_empty() => Cell::Missing,
        // The averages' time has passed, or there are only zeros where they don't count.
        None => Cell::Idle,
    }
}

/// What all files agree on, else how many values there are.
fn information(figures: &[&Figure]) -> Cell {
    let mut values: Vec<Value<'static>> = Vec::new();
    for figure in figures {
        let value = match figure {
            Figure::Text(text) => Value::Text(text.clone().into()),
            Figure::Number(number) => number.clone(),
            _ => continue,
        };
        if !values.contains(&value) {
            values.push(value);
        }
    }
    match values.len() {
        0 => Cell::Missing,
        1 => values.pop().map_or(Cell::Missing, Cell::Value),
        several => Cell::Value(Value::Text(format!("{several} values").into())),
    }
}

fn float(number: f64) -> Cell {
    Cell::Value(Value::Float(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOW: How = How { measure: Measure { delta: false, percentile: 99.0 }, aggregator: None };
    const DELTA: How = How { measure: Measure { delta: true, percentile: 99.0 }, aggregator: None };

    fn column(show: Show, aggregate: Option<Aggregate>) -> Column {
        let (label, title) = ("x".to_owned(), "x".to_owned());
        Column { label, title, show: Some(show), unit: String::new(), aggregate }
    }

    /// Files that have one figure each; half a second passed.
    fn changes(figures: Vec<Figure>) -> Changes {
        let file = |(number, figure)| FileChanges {
            path: format!("file-{number}").into(),
            figures: HashMap::from([("x".to_owned(), figure)]),
        };
        let files = figures.into_iter().enumerate().map(file).collect();
        Changes { time: 1e9, interval: Duration::from_millis(500), files, traffic: Vec::new() }
    }

    fn cells(figures: Vec<Figure>, column: Column, how: How) -> Vec<Cell> {
        over_all(&changes(figures), &[column], how).cells
    }

    fn one(aggregator: Aggregator) -> How {
        How { aggregator: Some(aggregator), ..HOW }
    }

    #[test]
    fn counters_are_rates_of_the_measured_time_or_exact_differences() {
        let figures = vec![Figure::Counter(u64::MAX - 8), Figure::Counter(3), Figure::Counter(0)];
        let counter = || column(Show::Counter, Some(Aggregate::Sum));
        let rate = (u64::MAX - 5) as f64 / 0.5;
        assert_eq!(cells(figures.clone(), counter(), HOW), [float(rate)]);
        let exact = Cell::Value(Value::Unsigned(u64::MAX - 5));
        assert_eq!(cells(figures.clone(), counter(), DELTA), [exact]);
        assert_eq!(cells(figures, counter(), one(Aggregator::Min)), [float(0.0)]);
    }

    #[test]
    fn timers_are_taken_together() {
        let timer = |count, total| Figure::Timer { count, total };
        let both = vec![timer(3, 1.0), timer(1, 1.0)];
        let show = || column(Show::Timer, None);
        assert_eq!(cells(both.clone(), show(), HOW), [float(0.5), float(8.0)]);
        let count = Cell::Value(Value::Unsigned(4));
        assert_eq!(cells(both, show(), DELTA), [float(0.5), count]);
        assert_eq!(cells(vec![timer(0, 0.0)], show(), HOW), [Cell::Idle, float(0.0)]);
        assert_eq!(cells(vec![], show(), HOW), [Cell::Missing, Cell::Missing]);
    }

    #[test]
    fn gauges_become_one_as_they_say_or_as_the_user_says() {
        let number = |value| Figure::Number(Value::Signed(value));
        let gauges = vec![number(-4), number(6), number(0)];
        let value = |value: Value<'static>| vec![Cell::Value(value)];
        let shown = |show, aggregate, how| cells(gauges.clone(), column(show, aggregate), how);
        assert_eq!(shown(Show::Gauge, None, HOW), value(Value::Unsigned(2)));
        assert_eq!(shown(Show::Gauge, Some(Aggregate::Each), HOW), value(Value::Unsigned(2)));
        assert_eq!(shown(Show::Gauge, Some(Aggregate::Min), HOW), value(Value::Signed(-4)));
        assert_eq!(shown(Show::Average, None, HOW), value(Value::Float(2.0 / 3.0)));
        assert_eq!(shown(Show::Timestamp, None, HOW), value(Value::Unsigned(6)));
        let nonzero = one(Aggregator::NonzeroAvg);
        assert_eq!(shown(Show::Gauge, Some(Aggregate::Min), nonzero), value(Value::Float(1.0)));
    }

    #[test]
    fn what_has_expired_is_idle_and_what_nobody_has_is_missing() {
        let average = || column(Show::Average, None);
        assert_eq!(cells(vec![Figure::Expired], average(), HOW), [Cell::Idle]);
        let fresh = vec![Figure::Expired, Figure::Number(Value::Float(3.0))];
        assert_eq!(cells(fresh, average(), HOW), [float(3.0)]);
        assert_eq!(cells(vec![], average(), HOW), [Cell::Missing]);
    }

    #[test]
    fn texts_are_shown_where_all_agree() {
        let texts = |texts: &[&str]| texts.iter().map(|&t| Figure::Text(t.into())).collect();
        let text = |text: &'static str| vec![Cell::Value(Value::Text(text.into()))];
        let info = || column(Show::Info, None);
        assert_eq!(cells(texts(&["a", "a"]), info(), HOW), text("a"));
        assert_eq!(cells(texts(&["a", "b", "a"]), info(), HOW), text("2 values"));
    }

    #[test]
    fn a_row_a_file_leaves_out_files_that_have_nothing() {
        let mut changes = changes(vec![Figure::Counter(1), Figure::Counter(2)]);
        changes.files[0].figures.clear();
        let rows = per_file(&changes, &[column(Show::Counter, None)], DELTA);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].file.as_deref(), Some(std::path::Path::new("file-1")));
        assert_eq!(rows[0].cells, [Cell::Value(Value::Unsigned(2))]);
    }
}
