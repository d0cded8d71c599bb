//! The columns: one per field, two for a timer, each with its names and its unit.

use mmstats::Aggregate;

use crate::common::identifier::is_identifier;
use crate::pollstats::sampling::catalog::{Catalog, LabelId};
use crate::pollstats::sampling::column_kind::ColumnKind;
use crate::pollstats::sampling::fields::{Fields, SelectedLabel};

/// A field, and how it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The whole label.
    pub label: String,
    /// The label without the prefix.
    pub title: String,
    /// The label's number; `None` if no file has had it yet.
    pub id: Option<LabelId>,
    /// `None` if no file has had it yet.
    pub kind: Option<ColumnKind>,
    /// The stat's unit, or an empty text.
    pub unit: String,
    /// How the values of several files become one, if a file says so.
    pub aggregate: Option<Aggregate>,
}

/// How changes become numbers.
#[derive(Clone, Copy, Debug)]
pub struct ColumnOptions {
    /// Differences instead of rates.
    pub delta: bool,
    /// Changes of up-down counters instead of their values.
    pub change: bool,
    /// Which percentile of a histogram is shown, from 0 to 100.
    pub percentile: f64,
}

/// What stands above one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its name in csv and json: the label, with `.mean`, `.rate` … if needed.
    pub name: String,
    /// The label without the prefix.
    pub title: String,
    /// What is counted or measured: `requests/s`, `mean`, `p99`.
    pub unit: String,
    /// How it is written for people.
    pub format: CellFormat,
    /// How the field is shown.
    pub kind: Option<ColumnKind>,
}

/// How a number is written for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellFormat {
    /// As a number.
    Plain,
    /// As a number with few digits: what is measured over a second jitters anyway.
    Rate,
    /// As a duration; it is in seconds.
    Duration,
    /// As a number that identifies: without separators.
    Identifier,
    /// As a date or a time of day; it is Unix time in seconds.
    DateTime,
}

/// The columns for what is known, in their order.
pub fn columns(fields: &Fields, known: &Catalog) -> Vec<Column> {
    let column = |selected: SelectedLabel| {
        let id = known.id(&selected.label);
        let known = id.map(|id| known.info(id));
        Column {
            id,
            kind: known.map(|known| known.kind),
            unit: known.map(|known| known.unit.clone()).unwrap_or_default(),
            aggregate: known.and_then(|known| known.aggregate),
            label: selected.label,
            title: selected.title,
        }
    };
    fields.select(known).into_iter().map(column).collect()
}

impl Column {
    /// What stands above the column's numbers.
    pub fn headings(&self, options: ColumnOptions) -> Vec<Heading> {
        let unit = self.unit.as_str();
        match self.kind {
            Some(ColumnKind::Counter) if options.delta => vec![self.heading("", unit.into())],
            Some(ColumnKind::Counter) => {
                vec![self.heading("", format!("{unit}/s")).with_format(CellFormat::Rate)]
            }
            Some(ColumnKind::Timer) => {
                let how_often = if options.delta {
                    self.heading(".count", "count".into())
                } else {
                    self.heading(".rate", "/s".into()).with_format(CellFormat::Rate)
                };
                let mean = self.heading(".mean", "mean".into());
                vec![mean.with_format(CellFormat::Duration), how_often]
            }
            Some(ColumnKind::Histogram) => {
                let percentile = format!("p{}", options.percentile);
                let space = if unit.is_empty() { "" } else { " " };
                vec![self.heading(&format!(".{percentile}"), format!("{percentile}{space}{unit}"))]
            }
            Some(ColumnKind::UpDownCounter) if options.change && options.delta => {
                vec![self.heading(".change", unit.into())]
            }
            Some(ColumnKind::UpDownCounter) if options.change => {
                vec![self.heading(".change", format!("{unit}/s")).with_format(CellFormat::Rate)]
            }
            Some(ColumnKind::Timestamp) => {
                vec![self.heading("", String::new()).with_format(CellFormat::DateTime)]
            }
            Some(ColumnKind::Info) => {
                vec![self.heading("", unit.into()).with_format(CellFormat::Identifier)]
            }
            Some(ColumnKind::UpDownCounter | ColumnKind::Gauge | ColumnKind::Average) | None => {
                let is_identifier = is_identifier(self.label.as_bytes());
                let format = if is_identifier { CellFormat::Identifier } else { CellFormat::Plain };
                vec![self.heading("", unit.into()).with_format(format)]
            }
        }
    }

    fn heading(&self, suffix: &str, unit: String) -> Heading {
        Heading {
            name: format!("{}{suffix}", self.label),
            title: self.title.clone(),
            unit,
            format: CellFormat::Plain,
            kind: self.kind,
        }
    }
}

impl Heading {
    fn with_format(self, format: CellFormat) -> Self {
        Self { format, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(
        kind: Option<ColumnKind>,
        unit: &str,
        [delta, change]: [bool; 2],
    ) -> Vec<(String, String)> {
        let column = Column {
            label: "web.x".into(),
            title: "x".into(),
            id: None,
            kind,
            unit: unit.into(),
            aggregate: None,
        };
        let headings = column.headings(ColumnOptions { delta, change, percentile: 99.5 });
        headings.into_iter().map(|heading| (heading.name, heading.unit)).collect()
    }

    fn texts(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, unit)| (name.into(), unit.into())).collect()
    }

    #[test]
    fn names_and_units_tell_what_is_shown() {
        use ColumnKind::{Counter, Gauge, Histogram, Timer, UpDownCounter};
        for (kind, unit, delta, expected) in [
            (Some(Counter), "requests", false, &[("web.x", "requests/s")][..]),
            (Some(Counter), "requests", true, &[("web.x", "requests")]),
            (Some(Gauge), "", false, &[("web.x", "")]),
            (Some(Timer), "seconds", false, &[("web.x.mean", "mean"), ("web.x.rate", "/s")]),
            (Some(Timer), "", true, &[("web.x.mean", "mean"), ("web.x.count", "count")]),
            (Some(Histogram), "bytes", false, &[("web.x.p99.5", "p99.5 bytes")]),
            (None, "", false, &[("web.x", "")]),
            (Some(UpDownCounter), "jobs", true, &[("web.x", "jobs")]),
        ] {
            assert_eq!(headings(kind, unit, [delta, false]), texts(expected), "{kind:?}");
        }
        for (delta, unit) in [(false, "jobs/s"), (true, "jobs")] {
            let found = headings(Some(UpDownCounter), "jobs", [delta, true]);
            assert_eq!(found, texts(&[("web.x.change", unit)]));
        }
        assert_eq!(headings(Some(Gauge), "jobs", [false, true]), texts(&[("web.x", "jobs")]));
    }
}
