//! The rows of the last hour of polls.

use std::collections::VecDeque;
use std::time::Duration;

use super::column::Column;
use super::row::Row;
use super::step::Step;

/// The rows of the last hour of polls, the oldest first.
#[derive(Debug)]
pub struct Ring {
    rows: VecDeque<Row>,
    /// What the number of each index is; those of free ones don't count.
    columns: Vec<Column>,
    step: Step,
    /// The time between polls.
    interval: Duration,
}

impl Ring {
    /// An empty one for polls this far apart.
    pub fn new(interval: Duration) -> Self {
        Self { rows: VecDeque::new(), columns: Vec::new(), step: Step::default(), interval }
    }

    /// The rows, the oldest first.
    pub fn rows(&self) -> &VecDeque<Row> {
        &self.rows
    }

    /// How many numbers a row has.
    pub fn series(&self) -> usize {
        self.columns.len()
    }

    /// How far rows are apart.
    pub fn step(&self) -> Duration {
        self.interval.saturating_mul(self.step.polls().into())
    }

    /// Whether there is room for another number in each row.
    pub fn has_room(&self) -> bool {
        self.series() < self.step.max_series() || self.step.coarser().is_some()
    }

    /// Says what the numbers of an index are.
    pub fn set_column(&mut self, index: u32, column: Column) {
        self.columns[index as usize] = column;
    }

    /// Makes room for another number in each row; its index, unless there is no room at the coarsest
    /// step.
    pub fn add_column(&mut self, column: Column) -> Option<u32> {
        while self.columns.len() >= self.step.max_series() {
            self.step = self.step.coarser()?;
            self.coarsen();
        }
        self.columns.push(column);
        u32::try_from(self.columns.len() - 1).ok()
    }

    /// Adds a poll, and drops what is more than an hour of polls old; whether a row was dropped.
    pub fn push(&mut self, mut row: Row) -> bool {
        match self.rows.back_mut() {
            Some(last) if is_same_point(self.step, self.interval, last, &row) => {
                last.merge(&row, &self.columns);
            }
            _ => {
                row.shrink();
                self.rows.push_back(row);
            }
        }
        let excess = self.rows.len().saturating_sub(self.step.points());
        self.rows.drain(..excess);
        excess > 0
    }

    /// Merges neighbours that are one point at the present step.
    fn coarsen(&mut self) {
        let mut merged: VecDeque<Row> = VecDeque::with_capacity(self.step.points() + 1);
        for row in self.rows.drain(..) {
            match merged.back_mut() {
                Some(last) if is_same_point(self.step, self.interval, last, &row) => {
                    last.merge(&row, &self.columns);
                }
                _ => merged.push_back(row),
            }
        }
        self.rows = merged;
    }

    /// How many bytes its numbers take.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.rows.iter().map(|row| row.series() * size_of::<f32>()).sum()
    }
}

/// Whether a row belongs to the point of the last one.
fn is_same_point(step: Step, interval: Duration, last: &Row, row: &Row) -> bool {
    let length = interval.saturating_mul(step.polls().into()).as_nanos().max(1);
    let point = |row: &Row| row.elapsed.as_nanos() / length;
    step.polls() > 1 && !row.is_after_gap && point(last) == point(row)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A ring with one series of each of some columns, after polls with these numbers a second apart.
    fn ring(columns: &[Column], polls: u32) -> Ring {
        let mut ring = Ring::new(Duration::from_secs(1));
        let indexes: Vec<_> =
            columns.iter().map(|column| ring.add_column(*column).unwrap()).collect();
        for poll in 0..polls {
            ring.push(row(poll, &indexes));
        }
        ring
    }

    /// A row in which each series has the number of the poll.
    fn row(poll: u32, indexes: &[u32]) -> Row {
        let elapsed = Duration::from_secs(poll.into());
        let mut row = Row::of(1000.0 + f64::from(poll), elapsed, poll.into(), indexes.len());
        row.interval = 1.0;
        for index in indexes {
            row.set(*index, poll as f32);
        }
        row
    }

    fn numbers(ring: &Ring, index: u32) -> Vec<f32> {
        ring.rows().iter().map(|row| row.number(index)).collect()
    }

    #[test]
    fn an_hour_of_polls_is_kept() {
        let ring = ring(&[Column::Value], 3_605);
        assert_eq!((ring.rows().len(), ring.step().as_secs()), (3_600, 1));
        assert_eq!(numbers(&ring, 0)[..2], [5.0, 6.0]);
    }

    #[test]
    fn neighbours_are_merged_when_series_come_and_never_split_again() {
        let columns = [Column::Value, Column::Rate, Column::Least, Column::Greatest];
        let mut ring = ring(&columns, 11);
        let before = ring.bytes();
        (ring.series()..=9_320).for_each(|_| _ = ring.add_column(Column::Value));
        assert_eq!(ring.step().as_secs(), 5);
        let times: Vec<_> = ring.rows().iter().map(|row| row.time - 1000.0).collect();
        // Two polls became one first, so the fifth one was in the same point as the sixth.
        assert_eq!(times, [3.0, 9.0, 10.0]);
        assert_eq!(numbers(&ring, 0), [3.0, 9.0, 10.0], "the last");
        assert_eq!(numbers(&ring, 1), [1.5, 6.5, 10.0], "what was counted a second");
        assert_eq!(numbers(&ring, 2), [0.0, 4.0, 10.0]);
        assert_eq!(numbers(&ring, 3), [3.0, 9.0, 10.0]);
        assert!(ring.bytes() < before);
        // The point of the last polls goes on.
        for poll in 11..16 {
            ring.push(row(poll, &[0, 1, 2, 3]));
        }
        assert_eq!(numbers(&ring, 1), [1.5, 6.5, 12.0, 15.0]);
    }

    #[test]
    fn polls_on_both_sides_of_a_gap_are_two_points() {
        let mut ring = ring(&[Column::Value], 2);
        let mut late = row(4, &[0]);
        late.is_after_gap = true;
        ring.push(late);
        (ring.series()..=9_320).for_each(|_| _ = ring.add_column(Column::Value));
        assert_eq!(numbers(&ring, 0), [1.0, 4.0]);
    }

    #[test]
    fn beyond_the_coarsest_step_there_is_no_room() {
        let mut ring = Ring::new(Duration::from_secs(1));
        assert!((0..279_620).all(|_| ring.add_column(Column::Value).is_some()));
        assert!(!ring.has_room());
        assert_eq!(ring.add_column(Column::Value), None);
        assert_eq!(ring.step().as_secs(), 60);
    }

    /// How many bytes of memory this process has.
    fn resident() -> usize {
        let pages = fs::read_to_string("/proc/self/statm").unwrap();
        pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
    }

    #[test]
    fn the_series_of_five_thousand_labels_take_at_most_64_mib() {
        let mut ring = Ring::new(Duration::from_secs(1));
        let before = resident();
        let mut most = 0;
        for poll in 0..3_700 {
            // A label has 3.3 of them, and not all come at once.
            while ring.series() < 16_500.min(1 + 500 * poll as usize) {
                ring.add_column(Column::Rate);
            }
            let indexes: Vec<_> = (0..u32::try_from(ring.series()).unwrap()).collect();
            ring.push(row(poll, &indexes));
            most = most.max(ring.bytes());
        }
        let grown = resident().saturating_sub(before);
        assert_eq!((ring.step().as_secs(), ring.rows().len()), (5, 720));
        assert_eq!(ring.bytes(), 720 * 16_500 * size_of::<f32>(), "45 MiB");
        assert!(most <= 64 << 20, "{most}");
        // Other tests run meanwhile.
        assert!(grown <= 80 << 20, "{grown}");
    }
}
