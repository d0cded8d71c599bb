//! From the changes of a stat in some files to the cells of its column.

use std::collections::HashMap;
use std::mem;
use std::time::Duration;

use mmstats::{Aggregate, Aggregator, HistogramSnapshot, Value};
use mmstats_totals::weighted_mean::WeightedMean;

use super::columns::{Column, ColumnOptions};
use crate::common::records;
use crate::pollstats::sampling::column_kind::ColumnKind;
use crate::pollstats::sampling::measurement::Measurement;

/// One number of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No file has the stat.
    Missing,
    /// No event in the interval, or no value at present.
    Idle,
    /// A time that was never set.
    Never,
    /// A percentile of values beyond the range of their histogram, which ends here.
    Beyond(u64),
    /// A number or a text.
    Value(Value<'static>),
}

/// How several files' changes become the cells of one row.
#[derive(Clone, Copy, Debug)]
pub struct CellOptions {
    /// How changes become numbers.
    pub columns: ColumnOptions,
    /// Overrides the stats' aggregate; timers, histograms and up-down counters are always added up.
    pub aggregator: Option<Aggregator>,
}

/// A column's cells for the changes in some files; without an interval, behind a gap.
pub fn cells(
    measurements: &[&Measurement],
    column: &Column,
    options: CellOptions,
    interval: Duration,
) -> Vec<Cell> {
    if interval.is_zero() {
        return behind_gap(measurements, column, options);
    }
    cells_over(measurements, column, options, interval)
}

/// Cells where an unknown time has passed: states are known, and nothing of what was counted.
fn behind_gap(measurements: &[&Measurement], column: &Column, options: CellOptions) -> Vec<Cell> {
    let mut cells = cells_over(measurements, column, options, Duration::ZERO);
    let is_count = match column.kind {
        Some(ColumnKind::Counter | ColumnKind::Timer | ColumnKind::Histogram) => true,
        Some(ColumnKind::UpDownCounter) => options.columns.change,
        _ => false,
    };
    if is_count && !measurements.is_empty() {
        cells.fill(Cell::Idle);
    }
    cells
}

fn cells_over(
    measurements: &[&Measurement],
    column: &Column,
    options: CellOptions,
    interval: Duration,
) -> Vec<Cell> {
    match column.kind {
        Some(ColumnKind::Counter) => vec![counter(measurements, column, options, interval)],
        Some(ColumnKind::UpDownCounter) => vec![up_down(measurements, options.columns, interval)],
        Some(ColumnKind::Timer) => timer(measurements, options.columns.delta, interval).into(),
        Some(ColumnKind::Histogram) => vec![histogram(measurements, options.columns.percentile)],
        Some(ColumnKind::Info) => vec![information(measurements)],
        Some(ColumnKind::Average) => vec![average(measurements, aggregator(column, options))],
        Some(ColumnKind::Gauge | ColumnKind::Timestamp) => {
            vec![number(measurements, aggregator(column, options))]
        }
        None => vec![Cell::Missing],
    }
}

/// The user's choice, else the stat's, else what suits its kind.
fn aggregator(column: &Column, options: CellOptions) -> Aggregator {
    options.aggregator.unwrap_or(match (column.aggregate, column.kind) {
        (Some(Aggregate::Sum), Some(ColumnKind::Average)) => Aggregator::Avg,
        (Some(Aggregate::Sum), _) => Aggregator::Sum,
        (Some(Aggregate::Min), _) => Aggregator::Min,
        (Some(Aggregate::Max), _) | (_, Some(ColumnKind::Timestamp)) => Aggregator::Max,
        (_, Some(ColumnKind::Average)) => Aggregator::Avg,
        _ => Aggregator::Sum,
    })
}

fn counter(
    measurements: &[&Measurement],
    column: &Column,
    options: CellOptions,
    interval: Duration,
) -> Cell {
    let new = measurements.iter().filter_map(|measurement| match measurement {
        Measurement::Counter(new) => Some(Value::Unsigned(*new)),
        _ => None,
    });
    let new = aggregator(column, options).apply(new);
    let measured = |new: Value<'static>| match new.as_f64() {
        Some(number) if !options.columns.delta => Value::Float(number / interval.as_secs_f64()),
        _ => new,
    };
    new.map_or(Cell::Missing, |new| Cell::Value(measured(new)))
}

/// The sum or its change, which is right even if parts of it have wrapped.
fn up_down(measurements: &[&Measurement], options: ColumnOptions, interval: Duration) -> Cell {
    let parts = measurements.iter().filter_map(|measurement| match measurement {
        Measurement::UpDown { now, new } => Some(if options.change { *new } else { *now }),
        // Another version of the program may have had a gauge.
        Measurement::Gauge(number) if !options.change => number.as_i64(),
        _ => None,
    });
    match parts.reduce(i64::wrapping_add) {
        Some(new) if options.change && !options.delta => float(new as f64 / interval.as_secs_f64()),
        Some(sum) => Cell::Value(Value::Signed(sum)),
        None if measurements.is_empty() => Cell::Missing,
        // The programs are dead.
        None => Cell::Idle,
    }
}

/// The mean, and how often.
fn timer(measurements: &[&Measurement], delta: bool, interval: Duration) -> [Cell; 2] {
    let mut means = WeightedMean::default();
    let new = measurements.iter().filter_map(|measurement| match measurement {
        Measurement::Total { count, total } => Some((*count, *total)),
        _ => None,
    });
    let new = new.inspect(|&(count, total)| {
        // A writer that recorded a NaN or a negative duration no longer has a mean.
        if total.is_finite() && total >= 0.0 {
            means.add_total(total, count as f64);
        }
    });
    let Some(count) = new.map(|(count, _)| count).reduce(u64::saturating_add) else {
        return [Cell::Missing, Cell::Missing];
    };
    let mean = means.mean().map_or(Cell::Idle, float);
    let how_often = if delta {
        Cell::Value(Value::Unsigned(count))
    } else {
        float(count as f64 / interval.as_secs_f64())
    };
    [mean, how_often]
}

fn histogram(measurements: &[&Measurement], percentile: f64) -> Cell {
    let mut merged: Option<HistogramSnapshot> = None;
    for measurement in measurements {
        if let Measurement::Histogram(new) = measurement {
            match &mut merged {
                // One with other buckets is of another program and can't be merged.
                Some(merged) => drop(merged.merge(new)),
                None => merged = Some(new.clone()),
            }
        }
    }
    let Some(merged) = merged else {
        return Cell::Missing;
    };
    match records::percentile(&merged, percentile) {
        None => Cell::Idle,
        Some(Value::Float(_)) => Cell::Beyond(merged.range_end()),
        Some(value) => Cell::Value(value),
    }
}

/// Each mean is weighted by its number of values, unless another aggregator was asked for.
fn average(measurements: &[&Measurement], aggregator: Aggregator) -> Cell {
    let mut means = WeightedMean::default();
    let mut each = Vec::new();
    for measurement in measurements {
        let (mean, count) = match **measurement {
            Measurement::Total { count, total } if count > 0 => (total / count as f64, Some(count)),
            Measurement::Mean { mean, count } if count != Some(0) => (mean, count),
            Measurement::Gauge(ref number) => match number.as_f64() {
                Some(mean) => (mean, None),
                None => continue,
            },
            _ => continue,
        };
        // One that recorded a NaN or an infinity stays so.
        if mean.is_finite() {
            match **measurement {
                Measurement::Total { count, total } => means.add_total(total, count as f64),
                _ => means.add(mean, count),
            }
            each.push(Value::Float(mean));
        }
    }
    let mean = match aggregator {
        Aggregator::Avg => means.mean().map(Value::Float),
        other => other.apply(each),
    };
    match mean {
        Some(mean) => Cell::Value(mean),
        None if measurements.is_empty() => Cell::Missing,
        None => Cell::Idle,
    }
}

fn number(measurements: &[&Measurement], aggregator: Aggregator) -> Cell {
    let numbers = || {
        measurements.iter().filter_map(|measurement| match measurement {
            Measurement::Gauge(number) => Some(number.clone()),
            // Another version of the program has a gauge.
            Measurement::UpDown { now, .. } => Some(Value::Signed(*now)),
            _ => None,
        })
    };
    let is_nan = |number: &Value<'_>| number.as_f64().is_some_and(f64::is_nan);
    // A NaN doesn't spoil the others.
    let number = aggregator.apply(numbers().filter(|number| !is_nan(number)));
    match number.or_else(|| numbers().find(is_nan)) {
        Some(number) => Cell::Value(number),
        None if measurements.is_empty() => Cell::Missing,
        None if measurements
            .iter()
            .any(|measurement| matches!(measurement, Measurement::Never)) =>
        {
            Cell::Never
        }
        // The programs are dead, or there are only zeros where they don't count.
        None => Cell::Idle,
    }
}

/// What all files agree on, else how many values there are.
fn information(measurements: &[&Measurement]) -> Cell {
    let values = measurements.iter().filter_map(|measurement| match measurement {
        Measurement::Text(text) => Some(Value::Text(text.into())),
        Measurement::Gauge(number) => Some(number.clone()),
        _ => None,
    });
    let mut distinct = HashMap::new();
    for value in values {
        distinct.entry((mem::discriminant(&value), value.to_string())).or_insert(value);
    }
    match distinct.len() {
        0 if measurements.is_empty() => Cell::Missing,
        0 => Cell::Idle,
        1 => distinct
            .into_values()
            .next()
            .and_then(|value| value.to_static())
            .map_or(Cell::Missing, Cell::Value),
        several => Cell::Value(Value::Text(format!("{several} values").into())),
    }
}

fn float(number: f64) -> Cell {
    Cell::Value(Value::Float(number))
}

#[cfg(test)]
mod tests;
