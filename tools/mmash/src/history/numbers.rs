//! The numbers of a stat at one poll, as the page draws them.

use mmstats::{Aggregate, HistogramSnapshot, Kind, Value};
use mmstats_tools::common::records::PERCENTILES;
use mmstats_totals::combined::Combined;
use mmstats_totals::increases::Increased;
use mmstats_totals::total::Total;

use super::column::Column;

/// The numbers of a stat at one poll, by column; NaN where there is none.
#[derive(Clone, Copy, Debug)]
pub struct Numbers([f64; Column::ALL.len()]);

impl Numbers {
    /// No number.
    pub const NONE: Self = Self([f64::NAN; Column::ALL.len()]);

    /// The numbers of a total, and of what it has counted in the seconds since the last poll.
    pub fn of(
        total: &Total,
        increase: Option<Increased>,
        new: Option<&HistogramSnapshot>,
        interval: f64,
    ) -> Self {
        let mut numbers = Self::NONE;
        match (total.kind, new) {
            (Some(Kind::Info), _) | (Some(Kind::Histogram), None) => {}
            (Some(Kind::Histogram), Some(new)) => numbers.set_percentiles(new),
            _ => numbers.set_values(total),
        }
        if let Some(Increased::Total(count @ 1.., sum)) = increase {
            numbers.set(Column::Mean, sum / count as f64);
        }
        if is_counted(total.kind, total.aggregate) {
            numbers.set_rate(increase, interval);
        }
        numbers
    }

    /// The last rate of a stat that no file has any more.
    pub fn last(increase: Option<Increased>, interval: f64) -> Self {
        let mut numbers = Self::NONE;
        numbers.set_rate(increase, interval);
        numbers
    }

    /// The number of a column.
    pub fn get(&self, column: Column) -> f64 {
        self.0[column as usize]
    }

    /// Sets the number of a column.
    pub fn set(&mut self, column: Column, number: f64) {
        self.0[column as usize] = number;
    }

    fn set_rate(&mut self, increase: Option<Increased>, interval: f64) {
        let count = match increase {
            Some(Increased::Count(count) | Increased::Total(count, _)) => count as f64,
            None => 0.0,
        };
        self.set(Column::Rate, count / interval);
    }

    fn set_percentiles(&mut self, new: &HistogramSnapshot) {
        let columns = [Column::P50, Column::P90, Column::P99, Column::Max];
        for (column, (_, percent)) in columns.into_iter().zip(PERCENTILES) {
            self.set(column, new.percentile(percent).unwrap_or(f64::NAN));
        }
    }

    fn set_values(&mut self, total: &Total) {
        let number = |value: Value<'_>| number_of(total.kind, &value);
        match total.combined() {
            // The page draws the means of what is new instead.
            Combined::One(_) if has_new_mean(total) => {}
            Combined::One(value) => self.set(Column::Value, number(value)),
            Combined::Range { least, greatest } => {
                self.set(Column::Least, number(least));
                self.set(Column::Greatest, number(greatest));
            }
            Combined::Different | Combined::Nothing => {}
        }
    }
}

/// Whether a stat only grows, and files say what is new. Files without kinds have counters all the
/// same.
fn is_counted(kind: Option<Kind>, aggregate: Aggregate) -> bool {
    match kind {
        Some(Kind::Timer | Kind::Histogram) => true,
        Some(Kind::Counter) | None => aggregate == Aggregate::Sum,
        Some(_) => false,
    }
}

/// Whether a stat only grows, but is the least or the greatest of its files: what is new is what the
/// value grew by.
pub fn is_counter_of_one(kind: Option<Kind>, aggregate: Aggregate) -> bool {
    kind == Some(Kind::Counter) && aggregate != Aggregate::Sum
}

/// Whether what is new has a mean: the files have their totals.
fn has_new_mean(total: &Total) -> bool {
    let has_mean = matches!(total.kind, Some(Kind::Timer | Kind::Average));
    has_mean && total.components().any(|(name, _)| name == "total")
}

/// A value as the page draws it: NaN if it isn't a number, or if a timestamp was never set.
fn number_of(kind: Option<Kind>, value: &Value<'_>) -> f64 {
    let number = value.as_f64().unwrap_or(f64::NAN);
    let is_none = number == f64::NEG_INFINITY || (kind == Some(Kind::Timestamp) && number == 0.0);
    if is_none { f64::NAN } else { number }
}
