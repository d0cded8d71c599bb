//! From the changes of a stat in some files to the numbers of its column.

use std::time::Duration;

use mmstats::{Aggregate, Aggregator, HistogramSnapshot, Value};

use super::columns::{Column, Measure};
use super::figure::Figure;
use super::show::Show;
use crate::common::records;
use crate::common::weighted_mean::WeightedMean;

/// One number of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No file has the stat.
    Missing,
    /// There is nothing to tell a number from: no event in the interval.
    Idle,
    /// A moment that hasn't come yet.
    Never,
    /// A percentile of values beyond the range of their histogram, which ends here.
    Beyond(u64),
    /// A number or a text.
    Value(Value<'static>),
}

/// How several files' changes become the numbers of one row.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// How changes become numbers.
    pub measure: Measure,
    /// Overrides what the stats say; timers, histograms and up-down counters are always taken
    /// together.
    pub aggregator: Option<Aggregator>,
}

/// A column's numbers of the changes in some files.
pub fn cells(figures: &[&Figure], column: &Column, how: How, interval: Duration) -> Vec<Cell> {
    match column.show {
        Some(Show::Counter) => vec![counter(figures, column, how, interval)],
        Some(Show::UpDownCounter) => vec![up_down(figures, how.measure, interval)],
        Some(Show::Timer) => timer(figures, how.measure.delta, interval).into(),
        Some(Show::Histogram) => vec![histogram(figures, how.measure.percentile)],
        Some(Show::Info) => vec![information(figures)],
        Some(Show::Average) => vec![average(figures, aggregator(column, how))],
        Some(Show::Gauge | Show::Timestamp) => vec![number(figures, aggregator(column, how))],
        None => vec![Cell::Missing],
    }
}

/// The user's word, else the stat's, else what suits the way it is shown.
fn aggregator(column: &Column, how: How) -> Aggregator {
    how.aggregator.unwrap_or(match (column.aggregate, column.show) {
        (Some(Aggregate::Sum), Some(Show::Average)) => Aggregator::Avg,
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

/// The sum, or how much of it is new, which is right although parts of it may have wrapped.
fn up_down(figures: &[&Figure], measure: Measure, interval: Duration) -> Cell {
    let parts = figures.iter().filter_map(|figure| match figure {
        Figure::UpDown { now, new } => Some(if measure.change { *new } else { *now }),
        // Another version of the program may have had a gauge.
        Figure::Number(number) if !measure.change => number.as_i64(),
        _ => None,
    });
    match parts.reduce(i64::wrapping_add) {
        Some(new) if measure.change && !measure.delta => float(new as f64 / interval.as_secs_f64()),
        Some(sum) => Cell::Value(Value::Signed(sum)),
        None if figures.is_empty() => Cell::Missing,
        // The programs are dead.
        None => Cell::Idle,
    }
}

/// The mean, and how often.
fn timer(figures: &[&Figure], delta: bool, interval: Duration) -> [Cell; 2] {
    let mut means = WeightedMean::default();
    let new = figures.iter().filter_map(|figure| match figure {
        Figure::Total { count, total } => Some((*count, *total)),
        _ => None,
    });
    let new = new.inspect(|&(count, total)| {
        // A writer that took in a NaN or a negative duration has no mean any more.
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
    let Some(merged) = merged else {
        return Cell::Missing;
    };
    match records::percentile(&merged, percentile) {
        None => Cell::Idle,
        Some(Value::Float(_)) => Cell::Beyond(merged.range_end()),
        Some(value) => Cell::Value(value),
    }
}

/// Each mean weighs as many values as it is over, unless another way was asked for.
fn average(figures: &[&Figure], aggregator: Aggregator) -> Cell {
    let mut means = WeightedMean::default();
    let mut each = Vec::new();
    for figure in figures {
        let (mean, count) = match **figure {
            Figure::Total { count, total } if count > 0 => (total / count as f64, Some(count)),
            Figure::Mean { mean, count } if count != Some(0) => (mean, count),
            Figure::Number(ref number) => match number.as_f64() {
                Some(mean) => (mean, None),
                None => continue,
            },
            _ => continue,
        };
        // One that took in a NaN or an infinity stays so.
        if mean.is_finite() {
            match **figure {
                Figure::Total { count, total } => means.add_total(total, count as f64),
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
        None if figures.is_empty() => Cell::Missing,
        None => Cell::Idle,
    }
}

fn number(figures: &[&Figure], aggregator: Aggregator) -> Cell {
    let numbers = || {
        figures.iter().filter_map(|figure| match figure {
            Figure::Number(number) => Some(number.clone()),
            // Another version of the program has a gauge.
            Figure::UpDown { now, .. } => Some(Value::Signed(*now)),
            _ => None,
        })
    };
    let is_nan = |number: &Value<'_>| number.as_f64().is_some_and(f64::is_nan);
    // A NaN doesn't spoil the others.
    let number = aggregator.apply(numbers().filter(|number| !is_nan(number)));
    match number.or_else(|| numbers().find(is_nan)) {
        Some(number) => Cell::Value(number),
        None if figures.is_empty() => Cell::Missing,
        None if figures.iter().any(|figure| matches!(figure, Figure::Never)) => Cell::Never,
        // The programs are dead, or there are only zeros where they don't count.
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
        0 if figures.is_empty() => Cell::Missing,
        0 => Cell::Idle,
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

    const HOW: How = how(false, false);
    const DELTA: How = how(true, false);

    const fn how(delta: bool, change: bool) -> How {
        How { measure: Measure { delta, change, percentile: 99.0 }, aggregator: None }
    }

    fn column(show: Show, aggregate: Option<Aggregate>) -> Column {
        let (label, title) = ("x".to_owned(), "x".to_owned());
        Column { label, title, show: Some(show), unit: String::new(), aggregate }
    }

    /// Of files that have one figure each; half a second passed.
    #[expect(clippy::needless_pass_by_value, reason = "each test makes its own")]
    fn cells(figures: Vec<Figure>, column: Column, how: How) -> Vec<Cell> {
        let figures: Vec<_> = figures.iter().collect();
        super::cells(&figures, &column, how, Duration::from_millis(500))
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
    fn up_down_counters_are_their_sum_or_its_change() {
        let part = |now, new| Figure::UpDown { now, new };
        // The first wrapped when it exceeded the range.
        let parts = vec![part(i64::MIN + 4, 10), part(-10, -7), Figure::Nothing];
        let shown = |how| cells(parts.clone(), column(Show::UpDownCounter, None), how);
        let whole = |value| [Cell::Value(Value::Signed(value))];
        assert_eq!(shown(HOW), whole(i64::MAX - 5));
        assert_eq!(shown(one(Aggregator::Max)), whole(i64::MAX - 5), "nothing else means anything");
        assert_eq!(shown(how(true, false)), whole(i64::MAX - 5));
        assert_eq!(shown(how(true, true)), whole(3));
        assert_eq!(shown(how(false, true)), [float(6.0)]);
        let empty = |figures| cells(figures, column(Show::UpDownCounter, None), HOW);
        assert_eq!(empty(vec![Figure::Nothing]), [Cell::Idle]);
        assert_eq!(empty(vec![]), [Cell::Missing]);
        // A program was a gauge's before, and others still are.
        let mixed = || vec![part(5, 5), Figure::Number(Value::Unsigned(3))];
        assert_eq!(empty(mixed()), whole(8));
        let gauges = cells(mixed(), column(Show::Gauge, Some(Aggregate::Sum)), HOW);
        assert_eq!(gauges, [Cell::Value(Value::Unsigned(8))]);
    }

    #[test]
    fn timers_are_taken_together() {
        let timer = |count, total| Figure::Total { count, total };
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
        assert_eq!(shown(Show::Average, Some(Aggregate::Sum), HOW), value(Value::Float(2.0 / 3.0)));
        assert_eq!(shown(Show::Timestamp, None, HOW), value(Value::Unsigned(6)));
        let nonzero = one(Aggregator::NonzeroAvg);
        assert_eq!(shown(Show::Gauge, Some(Aggregate::Min), nonzero), value(Value::Float(1.0)));
    }

    #[test]
    fn what_has_expired_is_idle_and_what_nobody_has_is_missing() {
        let average = || column(Show::Average, None);
        assert_eq!(cells(vec![Figure::Nothing], average(), HOW), [Cell::Idle]);
        let fresh = vec![Figure::Nothing, Figure::Number(Value::Float(3.0))];
        assert_eq!(cells(fresh, average(), HOW), [float(3.0)]);
        assert_eq!(cells(vec![], average(), HOW), [Cell::Missing]);
    }

    #[test]
    fn a_mean_is_that_of_all_values_and_not_of_the_means() {
        let total = |count, total| Figure::Total { count, total };
        let mean = |mean, count| Figure::Mean { mean, count };
        let shown = |figures: Vec<Figure>, how| cells(figures, column(Show::Average, None), how);
        let both = vec![total(1000, 1000.0), total(1, 1001.0), total(0, 0.0)];
        assert_eq!(shown(both.clone(), HOW), [float(2001.0 / 1001.0)]);
        assert_eq!(shown(both.clone(), one(Aggregator::Avg)), [float(2001.0 / 1001.0)]);
        assert_eq!(shown(both, one(Aggregator::Max)), [float(1001.0)]);
        let recent = vec![mean(1.0, Some(3)), mean(5.0, Some(1)), mean(7.0, Some(0))];
        assert_eq!(shown(recent, HOW), [float(2.0)]);
        assert_eq!(shown(vec![total(0, 0.0)], HOW), [Cell::Idle]);
    }

    #[test]
    fn what_isn_t_finite_spoils_no_other() {
        let nan = f64::NAN;
        let total = |count, total| Figure::Total { count, total };
        let number = |number| Figure::Number(Value::Float(number));
        let shown = |figures, show| cells(figures, column(show, None), HOW);
        let spoiled = || vec![total(3, nan), total(2, 4.0), total(1, f64::INFINITY)];
        assert_eq!(shown(spoiled(), Show::Timer), [float(2.0), float(12.0)]);
        assert_eq!(shown(spoiled(), Show::Average), [float(2.0)]);
        assert_eq!(shown(vec![total(3, nan)], Show::Timer), [Cell::Idle, float(6.0)]);
        assert_eq!(shown(vec![total(3, -1.0)], Show::Timer), [Cell::Idle, float(6.0)]);
        assert_eq!(shown(vec![number(nan), number(1.5)], Show::Gauge), [float(1.5)]);
        let only = shown(vec![number(nan)], Show::Gauge);
        assert!(matches!(only[..], [Cell::Value(Value::Float(number))] if number.is_nan()));
    }

    #[test]
    fn a_moment_that_never_came_is_not_the_earliest() {
        let shown = |figures| cells(figures, column(Show::Timestamp, Some(Aggregate::Min)), HOW);
        assert_eq!(shown(vec![Figure::Never, Figure::Number(Value::Float(5.0))]), [float(5.0)]);
        assert_eq!(shown(vec![Figure::Never]), [Cell::Never]);
    }

    #[test]
    fn texts_are_shown_where_all_agree() {
        let texts = |texts: &[&str]| texts.iter().map(|&t| Figure::Text(t.into())).collect();
        let text = |text: &'static str| vec![Cell::Value(Value::Text(text.into()))];
        let info = || column(Show::Info, None);
        assert_eq!(cells(texts(&["a", "a"]), info(), HOW), text("a"));
        assert_eq!(cells(texts(&["a", "b", "a"]), info(), HOW), text("2 values"));
    }
}
