//! When the rows are due: a fixed time apart, counted from the baseline, so that nothing drifts.

use std::time::{Duration, Instant};

/// The moments of the rows.
#[derive(Debug)]
pub struct Cadence {
    due: Instant,
    delay: Duration,
}

impl Cadence {
    /// The first row is due one delay after `start`.
    pub fn new(start: Instant, delay: Duration) -> Self {
        Self { due: start + delay, delay }
    }

    /// When the next row is due.
    pub const fn due(&self) -> Instant {
        self.due
    }

    /// Goes on to the row after. Moments that have passed by `now`, because the reading took
    /// long or the machine slept, are left out rather than caught up with.
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
    fn rows_stay_on_their_grid() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut cadence = Cadence::new(start, Duration::from_millis(100));
        assert_eq!(cadence.due(), at(100));
        cadence.advance(at(130));
        assert_eq!(cadence.due(), at(200));
        cadence.advance(at(570));
        assert_eq!(cadence.due(), at(600));
        cadence.advance(at(700));
        assert_eq!(cadence.due(), at(700));
    }
}
