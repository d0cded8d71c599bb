//! The rows, and where in them the numbers of each stat go.

use std::time::Duration;

use mmstats::Kind;
use mmstats_totals::total::Total;

use super::column::{Column, GAP};
use super::keys::{Entry, Keys};
use super::numbers::{Numbers, is_counter_of_one};
use super::ring::Ring;
use super::row::Row;

/// A poll that begins this many intervals after the last one is behind a gap.
const LATE: f64 = 2.5;

/// The rows, and which of their indexes are free.
#[derive(Debug)]
pub struct Points {
    pub ring: Ring,
    free: Vec<u32>,
    /// The time between polls.
    pub interval: Duration,
    /// Whether there was no room for a stat of the last poll.
    pub is_full: bool,
}

/// The numbers of a stat at a poll.
#[derive(Debug)]
pub struct Stored<'a> {
    /// Its label or name.
    pub text: &'a str,
    pub total: &'a Total,
    pub numbers: Numbers,
    /// The time since the last poll.
    pub seconds: f64,
    /// The number of the poll.
    pub poll: u64,
}

impl Points {
    /// None yet, of polls this far apart.
    pub fn new(interval: Duration) -> Self {
        Self { ring: Ring::new(interval), free: Vec::new(), interval, is_full: false }
    }

    /// Takes indexes whose series are forgotten.
    pub fn free(&mut self, indexes: Vec<u32>) {
        self.free.extend(indexes);
    }

    fn has_room(&self) -> bool {
        !self.free.is_empty() || self.ring.has_room()
    }

    /// Whether a poll comes so late that it is behind a gap; or before the last one, because the
    /// clock was set back.
    pub fn is_late(&self, time: f64) -> bool {
        let latest = LATE * self.interval.as_secs_f64();
        self.ring.rows().back().is_some_and(|last| !(0.0..=latest).contains(&(time - last.time)))
    }

    /// Stores the numbers of a stat; whether it has a history.
    pub fn store(&mut self, keys: &mut Keys, stored: &Stored<'_>, row: &mut Row) -> bool {
        let Stored { text, total, mut numbers, seconds, poll } = *stored;
        let is_empty = Column::ALL.iter().all(|column| numbers.get(*column).is_nan());
        let entry = match keys.get(text, total.kind, &total.unit) {
            Some(entry) => entry,
            None if is_empty => return false,
            None if !self.has_room() => {
                self.is_full = true;
                return false;
            }
            None => {
                let Some(entry) = keys.add(text, total.kind, &total.unit) else {
                    self.is_full = true;
                    return false;
                };
                entry
            }
        };
        if is_counter_of_one(total.kind, total.aggregate) {
            numbers.set(Column::Rate, growth(entry, &numbers, poll) / seconds);
        }
        entry.last_value = numbers.get(Column::Value);
        entry.last = poll;
        let has_value = Column::ALL
            .iter()
            .any(|column| column.is_present_value() && !numbers.get(*column).is_nan());
        for column in Column::ALL {
            let number = numbers.get(column);
            let index = entry.index(column);
            let known = index.or_else(|| self.add_index(entry, column, number));
            if let Some(index) = known {
                let is_gap = column.is_present_value() && !has_value;
                row.set(index, narrowed(entry, column, number, is_gap));
            }
        }
        true
    }

    /// The index of a column that has its first number.
    fn add_index(&mut self, entry: &mut Entry, column: Column, number: f64) -> Option<u32> {
        if number.is_nan() {
            return None;
        }
        let index = if let Some(index) = self.free.pop() {
            self.ring.set_column(index, column);
            index
        } else {
            let added = self.ring.add_column(column);
            self.is_full |= added.is_none();
            added?
        };
        if entry.kind == Some(Kind::Timestamp) && entry.base == 0.0 {
            entry.base = number;
        }
        entry.set_index(column, index);
        Some(index)
    }
}

/// What a counter grew by since the last poll; NaN if that isn't known.
fn growth(entry: &Entry, numbers: &Numbers, poll: u64) -> f64 {
    let growth = numbers.get(Column::Value) - entry.last_value;
    // What fell is another file's.
    if entry.last + 1 == poll && growth >= 0.0 { growth } else { f64::NAN }
}

/// Stores that no file has a stat.
pub fn store_absent(entry: &Entry, last: Numbers, row: &mut Row) {
    for column in Column::ALL {
        if let Some(index) = entry.index(column) {
            row.set(index, narrowed(entry, column, last.get(column), true));
        }
    }
}

fn narrowed(entry: &Entry, column: Column, number: f64, is_gap: bool) -> f32 {
    match number {
        number if number.is_nan() && is_gap => GAP,
        number if column == Column::Rate => number as f32,
        number => (number - entry.base) as f32,
    }
}
