//! How fast a recording is shown.

use std::time::{Duration, Instant};

/// When updates are due.
#[derive(Debug)]
pub struct Playback {
    /// How many times as fast as it was; 0: without waiting.
    speed: f64,
    /// When the first update behind the last gap was shown, and its time in the recording.
    begun: Option<(Instant, Duration)>,
}

impl Playback {
    /// This many times as fast as it was.
    pub const fn new(speed: f64) -> Self {
        Self { speed, begun: None }
    }

    /// When an update of this monotonic time is due; `None`: at once, as the first one is, and the one
    /// behind a gap.
    pub fn due(&mut self, monotonic: Duration, after_gap: bool, now: Instant) -> Option<Instant> {
        if self.speed == 0.0 {
            return None;
        }
        let (begun, first) = self.begun.filter(|_| !after_gap).or_else(|| {
            self.begun = Some((now, monotonic));
            None
        })?;
        let passed = monotonic.saturating_sub(first).as_secs_f64() / self.speed;
        let passed = Duration::try_from_secs_f64(passed).unwrap_or(Duration::MAX);
        // Nobody waits longer.
        Some(begun.checked_add(passed).unwrap_or(now + Duration::from_hours(24 * 366)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn updates_come_at_their_pace_and_no_gap_is_waited_for() {
        let now = Instant::now();
        let mut playback = Playback::new(10.0);
        assert_eq!(playback.due(5 * SECOND, false, now), None);
        assert_eq!(playback.due(7 * SECOND, false, now + SECOND), Some(now + SECOND / 5));
        assert_eq!(playback.due(3 * SECOND, true, now + SECOND), None);
        assert_eq!(playback.due(4 * SECOND, false, now), Some(now + SECOND + SECOND / 10));
        assert_eq!(Playback::new(0.0).due(SECOND, false, now), None);
    }

    #[test]
    fn no_time_is_too_long() {
        let now = Instant::now();
        for speed in [0.001, 1e6] {
            let mut playback = Playback::new(speed);
            assert_eq!(playback.due(Duration::ZERO, false, now), None);
            assert!(playback.due(Duration::MAX, false, now).is_some());
        }
    }
}
