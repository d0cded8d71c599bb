//! From the changes in files to the numbers of a row.

use std::path::PathBuf;
use std::time::Duration;

use mmstats::Verdict;

use super::cells::{Cell, How, cells};
use super::columns::Column;
use super::figure::Figure;
use super::sampler::{Changes, FileChanges};

/// One line of a table.
#[derive(Debug)]
pub struct Row {
    /// The Unix time of its end, in seconds.
    pub time: f64,
    /// The time that it is about.
    pub interval: Duration,
    /// The file that it is about; `None`: all of them.
    pub file: Option<RowFile>,
    /// One a heading.
    pub cells: Vec<Cell>,
}

/// The file that a row is about.
#[derive(Clone, Debug)]
pub struct RowFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether its program is alive.
    pub life: Verdict,
}

/// One row over all files. How things are doesn't count where a program is dead; what it has
/// counted does.
pub fn over_all(changes: &Changes, columns: &[Column], how: How) -> Row {
    let figures_of = |label: &str| {
        let files = changes.files.iter();
        files.filter_map(|file| present_figure(file, label)).collect()
    };
    row(changes, None, columns, how, figures_of)
}

/// What counts of a file's figure.
fn present_figure<'a>(file: &'a FileChanges, label: &str) -> Option<&'a Figure> {
    let figure = file.figures.get(label)?;
    let is_over = file.life == Some(Verdict::Dead) && figure.stands_for_itself();
    Some(if is_over { &Figure::Nothing } else { figure })
}

/// A row for each file that has any of the columns.
pub fn per_file(changes: &Changes, columns: &[Column], how: How) -> Vec<Row> {
    let rows = changes.files.iter().map(|file| {
        let FileChanges { path, life, figures } = file;
        let file = RowFile { path: path.clone(), life: life.unwrap_or(Verdict::Undecided) };
        row(changes, Some(file), columns, how, |label| figures.get(label).into_iter().collect())
    });
    rows.filter(|row| row.cells.iter().any(|cell| *cell != Cell::Missing)).collect()
}

fn row<'a>(
    changes: &Changes,
    file: Option<RowFile>,
    columns: &[Column],
    how: How,
    figures_of: impl Fn(&str) -> Vec<&'a Figure>,
) -> Row {
    let (time, interval) = (changes.time, changes.interval);
    let of_column = |column: &Column| cells(&figures_of(&column.label), column, how, interval);
    Row { time, interval, file, cells: columns.iter().flat_map(of_column).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use mmstats::{Aggregate, Value};

    use super::super::columns::Measure;
    use super::super::show::Show;
    use super::*;

    const HOW: How = how(false);
    const DELTA: How = how(true);

    const fn how(delta: bool) -> How {
        How { measure: Measure { delta, change: false, percentile: 99.0 }, aggregator: None }
    }

    fn column(show: Show, aggregate: Option<Aggregate>) -> Column {
        let (label, title) = ("x".to_owned(), "x".to_owned());
        Column { label, title, show: Some(show), unit: String::new(), aggregate }
    }

    /// Files that have one figure each; half a second passed.
    fn changes(figures: Vec<Figure>) -> Changes {
        let file = |(number, figure)| FileChanges {
            path: format!("file-{number}").into(),
            life: None,
            figures: HashMap::from([("x".to_owned(), figure)]),
        };
        let files = figures.into_iter().enumerate().map(file).collect();
        Changes { time: 1e9, interval: Duration::from_millis(500), files, traffic: Vec::new() }
    }

    #[test]
    fn how_things_are_with_the_dead_does_not_count() {
        let figures = vec![Figure::Number(Value::Unsigned(3)), Figure::Number(Value::Unsigned(4))];
        let mut changes = changes(figures);
        changes.files[1].life = Some(Verdict::Dead);
        let gauge = [column(Show::Gauge, Some(Aggregate::Sum))];
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
            file.figures.insert("x".to_owned(), Figure::Counter(5));
        }
        assert_eq!(over_all(&changes, &[column(Show::Counter, None)], DELTA).cells, value(10));
    }

    #[test]
    fn a_row_a_file_leaves_out_files_that_have_nothing() {
        let mut changes = changes(vec![Figure::Counter(1), Figure::Counter(2)]);
        changes.files[0].figures.clear();
        let rows = per_file(&changes, &[column(Show::Counter, None)], DELTA);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].file.as_ref().unwrap().path, std::path::Path::new("file-1"));
        assert_eq!(rows[0].cells, [Cell::Value(Value::Unsigned(2))]);
    }
}
