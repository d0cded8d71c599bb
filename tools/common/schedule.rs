//! When polls are due: at fixed intervals from the first one, so that nothing drifts.

use std::time::{Duration, Instant};

/// The times of the polls after the first one.
#[derive(Debug)]
pub struct Schedule {
    due: Instant,
    delay: Duration,
}

impl Schedule {
    /// The second poll is due one delay after `start`.
    pub fn new(start: Instant, delay: Duration) -> Self {
        Self { due: start + delay, delay }
    }

    /// When the next poll is due.
    pub const fn due(&self) -> Instant {
        self.due
    }

    /// Advances to the next poll. Times that have passed by `now`, because reading took long or the
    /// machine slept, are skipped.
    pub fn advance(&mut self, now: Instant) {
        self.due += self.delay;
        let late = now.saturating_duration_since(self.due);
        if !late.is_zero() {
            let missed = late.as_nanos() / self.delay.as_nanos() + 1;
            self.due += self.delay.saturating_mul(u32::try_from(missed).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_stay_on_their_grid() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut schedule = Schedule::new(start, Duration::from_millis(100));
        assert_eq!(schedule.due(), at(100));
        schedule.advance(at(130));
        assert_eq!(schedule.due(), at(200));
        schedule.advance(at(570));
        assert_eq!(schedule.due(), at(600));
        schedule.advance(at(700));
        assert_eq!(schedule.due(), at(700));
    }
}
