//! `--delay`: which polls of a recording have a row.

use std::time::Duration;

/// Times at which rows are due, in the recording's monotonic time.
#[derive(Debug)]
pub struct Grid {
    delay: Duration,
    /// `None` before the first poll.
    due: Option<Duration>,
    /// The last poll.
    last: Duration,
}

impl Grid {
    /// Rows with this time from one to the next.
    pub const fn new(delay: Duration) -> Self {
        Self { delay, due: None, last: Duration::ZERO }
    }

    /// Whether the poll at this time has a row: the first one has, the one behind a gap, and then
    /// those next to each multiple of the delay from there.
    pub fn has_row(&mut self, monotonic: Duration, after_gap: bool) -> bool {
        let spacing = monotonic.saturating_sub(self.last);
        self.last = monotonic;
        let Some(due) = self.due.filter(|_| !after_gap) else {
            self.due = Some(monotonic.saturating_add(self.delay));
            return true;
        };
        // Polls are some milliseconds early or late: one is due from halfway before it.
        let until = monotonic.saturating_add(spacing.min(self.delay) / 2);
        let Some(late) = until.checked_sub(due) else {
            return false;
        };
        let passed = late.as_nanos() / self.delay.as_nanos() + 1;
        let passed = self.delay.saturating_mul(u32::try_from(passed).unwrap_or(u32::MAX));
        self.due = Some(due.saturating_add(passed));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(delay: u64, polls: &[u64]) -> Vec<u64> {
        let mut grid = Grid::new(Duration::from_millis(delay));
        let mut has_row = |poll: &&u64| grid.has_row(Duration::from_millis(**poll), false);
        polls.iter().filter(&mut has_row).copied().collect()
    }

    #[test]
    fn rows_are_next_to_multiples_of_the_delay() {
        let polls = [5, 1001, 2000, 3004, 4002, 5000, 6001, 7003];
        assert_eq!(rows(2000, &polls), [5, 2000, 4002, 6001]);
        assert_eq!(rows(1000, &polls), polls);
        assert_eq!(rows(1, &polls), polls, "there are no others");
        assert_eq!(rows(1500, &polls), [5, 2000, 3004, 5000, 6001]);
        assert_eq!(
            rows(2000, &[0, 1000, 7400, 8000, 9000, 10_000]),
            [0, 7400, 10_000],
            "one was late"
        );
    }

    #[test]
    fn a_gap_begins_anew() {
        let mut grid = Grid::new(Duration::from_secs(10));
        let mut has_row = |second, after_gap| grid.has_row(Duration::from_secs(second), after_gap);
        assert!(has_row(100, false) && !has_row(101, false));
        assert!(has_row(3, true) && !has_row(4, false) && has_row(13, false));
    }
}
