//! When something is due that repeats.

use std::time::{Duration, Instant};

/// Due times at equal distances, which don't drift, however late each is noticed.
#[derive(Debug)]
pub struct Schedule {
    interval: Duration,
    /// The part of the interval until the first one, so that many hosts that start together don't send
    /// together.
    phase: f64,
    due: Instant,
}

impl Schedule {
    /// The first one is due at a random moment within the interval.
    pub fn random(now: Instant, interval: Duration) -> Self {
        let number = getrandom::u32().unwrap_or_default();
        Self::new(now, interval, f64::from(number) / (f64::from(u32::MAX) + 1.0))
    }

    /// The first one is due within the interval, by `phase`: from 0, at once, to below 1.
    fn new(now: Instant, interval: Duration, phase: f64) -> Self {
        Self { interval, phase, due: now + interval.mul_f64(phase) }
    }

    /// Begins anew if the interval is another one.
    pub fn set_interval(&mut self, now: Instant, interval: Duration) {
        if interval != self.interval {
            *self = Self::new(now, interval, self.phase);
        }
    }

    /// When the next one is due.
    pub fn due(&self) -> Instant {
        self.due
    }

    /// Whether it is due. Then the next one is in the future; those that were missed meanwhile are left out.
    pub fn take(&mut self, now: Instant) -> bool {
        let Some(late) = now.checked_duration_since(self.due) else { return false };
        let missed = late.as_nanos() / self.interval.as_nanos().max(1);
        let steps = u32::try_from(missed + 1).unwrap_or(u32::MAX);
        self.due += self.interval * steps;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_drift_and_leaves_out_what_was_missed() {
        let second = Duration::from_secs(1);
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 10 * second, 0.25);
        let due = |schedule: &Schedule| schedule.due().duration_since(start);
        assert_eq!(due(&schedule), second * 5 / 2);
        assert!(!schedule.take(start + 2 * second));
        assert!(schedule.take(start + 3 * second));
        assert_eq!(due(&schedule), second * 25 / 2);
        assert!(schedule.take(start + second * 25 / 2));
        assert_eq!(due(&schedule), second * 45 / 2);
        // Three were missed.
        assert!(schedule.take(start + 60 * second));
        assert_eq!(due(&schedule), second * 125 / 2);
    }

    #[test]
    fn the_first_one_is_within_the_interval() {
        let (start, interval) = (Instant::now(), Duration::from_secs(100));
        let dues = [(); 100].map(|()| Schedule::random(start, interval).due());
        assert!(dues.iter().all(|due| (start..start + interval).contains(due)));
        assert!(dues.iter().any(|due| *due != dues[0]));
    }

    #[test]
    fn another_interval_begins_anew() {
        let second = Duration::from_secs(1);
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 100 * second, 0.5);
        schedule.set_interval(start + second, 100 * second);
        assert_eq!(schedule.due(), start + 50 * second);
        schedule.set_interval(start + second, 10 * second);
        assert_eq!(schedule.due(), start + 6 * second);
    }
}
