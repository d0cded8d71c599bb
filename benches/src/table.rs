//! The result: a table, as it stands in `README.md`.

use std::fmt::{self, Display};

use crate::harness::Measurement;

/// What an operation is measured against.
#[derive(Clone, Copy, Debug)]
pub enum Against {
    /// The least that any such operation takes. If ours takes less, this one was measured wrongly.
    Limit(&'static str),
    /// Another way to do it, or the same on other data.
    Other(&'static str),
}

impl Against {
    /// What it is.
    pub fn name(self) -> &'static str {
        match self {
            Self::Limit(name) | Self::Other(name) => name,
        }
    }

    fn is_limit(self) -> bool {
        matches!(self, Self::Limit(_))
    }
}

/// One operation against another.
#[derive(Debug)]
pub struct Row {
    /// What was done.
    pub operation: &'static str,
    /// What it was measured against.
    pub against: Against,
    /// The target; `None` if the ratio is only reported.
    pub asked: Option<f64>,
    /// The result, or why it wasn't measured.
    pub result: Result<Measurement, Unmeasured>,
}

/// Why there is no result.
#[derive(Debug)]
pub enum Unmeasured {
    /// Something went wrong.
    Failed(String),
    /// Nobody asked for it.
    Skipped(String),
}

/// Rows, printed as a Markdown table that is also readable as it is.
#[derive(Debug, Default)]
pub struct Table(pub Vec<Row>);

const HEADER: [&str; 8] =
    ["operation", "takes", "against", "takes", "ratio", "of nine pairs in ten", "asked", "holds"];

const MISSED: &str = "**no**";
const NOT_MEASURED: &str = "**limit not measured**";

/// Nothing takes less than its limit. Below this ratio that isn't the spread of the figures.
const LOWEST_BY_LIMIT: f64 = 0.95;

impl Row {
    /// Whether the ratio is what is asked; where nothing is, or nothing was measured, neither.
    fn holds(&self) -> &'static str {
        match (&self.result, self.asked) {
            (Ok(measurement), _) if measurement.disturbed => "too busy",
            (Ok(measurement), _) if self.is_below_limit(measurement) => NOT_MEASURED,
            (Ok(measurement), Some(asked)) if measurement.ratio.median <= asked => "yes",
            (Ok(_), Some(_)) => MISSED,
            _ => "-",
        }
    }

    /// Whether the row misses its target, or it or its limit couldn't be measured.
    pub fn fails(&self) -> bool {
        matches!(self.result, Err(Unmeasured::Failed(_)))
            || [MISSED, NOT_MEASURED].contains(&self.holds())
    }

    fn is_below_limit(&self, measurement: &Measurement) -> bool {
        self.against.is_limit() && measurement.ratio.median < LOWEST_BY_LIMIT
    }

    /// A limit is marked, with the form that was the fastest.
    fn against(&self) -> String {
        let form = self.result.as_ref().ok().and_then(|measurement| measurement.form);
        let form = form.map_or_else(String::new, |form| format!(" ({form})"));
        match self.against {
            Against::Limit(name) => format!("limit: {name}{form}"),
            Against::Other(name) => name.into(),
        }
    }

    fn cells(&self) -> [String; HEADER.len()] {
        let asked = self.asked.map_or_else(|| "-".into(), |asked| format!("≤ {asked:.2}"));
        let [ours, other, ratio, spread] = match &self.result {
            Ok(Measurement { ours, other, ratio, .. }) => [
                figure(*ours),
                figure(*other),
                quotient(ratio.median),
                format!("{} to {}", quotient(ratio.low), quotient(ratio.high)),
            ],
            Err(Unmeasured::Failed(reason) | Unmeasured::Skipped(reason)) => {
                ["-".into(), "-".into(), "-".into(), format!("not measured: {reason}")]
            }
        };
        [
            self.operation.into(),
            ours,
            self.against(),
            other,
            ratio,
            spread,
            asked,
            self.holds().into(),
        ]
    }
}

/// A time with three digits that count, in the unit that fits.
pub fn figure(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds.abs() {
        small if small < 1e3 => (nanoseconds, "ns"),
        middle if middle < 1e6 => (nanoseconds / 1e3, "µs"),
        _ => (nanoseconds / 1e6, "ms"),
    };
    let decimals = (2.0 - value.abs().max(0.01).log10().floor()).clamp(0.0, 3.0);
    format!("{value:.*} {unit}", decimals as usize)
}

/// A ratio; a small one with a digit more.
fn quotient(ratio: f64) -> String {
    let decimals = if ratio.abs() < 0.1 { 3 } else { 2 };
    format!("{ratio:.decimals$}")
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.0.iter().map(Row::cells).collect();
        f.write_str(&markdown(HEADER, &rows))
    }
}

/// Any table, its columns as wide as their widest cell.
pub fn markdown<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    });
    let line = |cells: [&str; N]| {
        let cells = cells.iter().zip(widths).map(|(cell, width)| format!("| {cell:width$} "));
        cells.chain(["|\n".to_owned()]).collect::<String>()
    };
    let rules = widths.map(|width| "-".repeat(width));
    let rows = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
    [line(header), line(rules.each_ref().map(String::as_str))].into_iter().chain(rows).collect()
}
