//! One point of the history: a number of each series.

use std::time::Duration;

use super::column::Column;

/// One point of the history: a number of each series, by its index.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// When the last of its polls began, as Unix time in seconds.
    pub time: f64,
    /// The same, as the time since the first poll, by a clock that nobody sets.
    pub elapsed: Duration,
    /// The time that its polls are about, in seconds; NaN if it isn't known.
    pub interval: f32,
    /// Whether nothing is known of the time before.
    pub is_after_gap: bool,
    /// The number of its first poll.
    pub first_poll: u64,
    numbers: Vec<f32>,
}

impl Row {
    /// A row of a poll that has no number of these many series.
    pub fn of(time: f64, elapsed: Duration, poll: u64, series: usize) -> Self {
        let numbers = vec![f32::NAN; series];
        let interval = f32::NAN;
        Self { time, elapsed, interval, is_after_gap: false, first_poll: poll, numbers }
    }

    /// The number of a series; NaN if it has none.
    pub fn number(&self, index: u32) -> f32 {
        self.numbers.get(index as usize).copied().unwrap_or(f32::NAN)
    }

    /// Sets the number of a series, which may be new.
    pub fn set(&mut self, index: u32, number: f32) {
        let index = index as usize;
        if index >= self.numbers.len() {
            self.numbers.resize(index + 1, f32::NAN);
        }
        self.numbers[index] = number;
    }

    /// How many series it has room for.
    #[cfg(test)]
    pub fn series(&self) -> usize {
        self.numbers.len()
    }

    /// Takes in the row that follows.
    pub fn merge(&mut self, later: &Self, columns: &[Column]) {
        let missing = later.numbers.len().saturating_sub(self.numbers.len());
        self.numbers.reserve_exact(missing);
        self.numbers.extend(std::iter::repeat_n(f32::NAN, missing));
        let both = self.numbers.iter_mut().zip(&later.numbers).zip(columns);
        for ((number, later_number), column) in both {
            let (before, after) = (self.interval, later.interval);
            *number = column.merge((*number, before), (*later_number, after));
        }
        self.interval = match (self.interval, later.interval) {
            (before, after) if before.is_nan() => after,
            (before, after) if after.is_nan() => before,
            (before, after) => before + after,
        };
        (self.time, self.elapsed) = (later.time, later.elapsed);
    }

    /// Gives back memory that it doesn't need.
    pub fn shrink(&mut self) {
        self.numbers.shrink_to_fit();
    }
}
