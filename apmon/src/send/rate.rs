//! The rate limit: how many packets may be sent now.
//!
//! MonALISA's receiver takes 50 packets a second from an address after a first burst. The originals
//! stay below that by a weighted mean of the last seconds, and drop packets by chance as it nears the
//! limit. Without the chance theirs is a bucket: 12.5 s' worth of packets at once, then the limit. This
//! is that bucket, as the generic cell rate algorithm (ITU-T I.371): one number, and no lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How much of the future may be used at once: 1 / (1 - 0.92), where 0.92 is the weight of the
/// originals' mean.
const BURST: Duration = Duration::from_millis(12_500);

/// A bucket of packets, all at the times of one clock.
#[derive(Debug)]
pub(super) struct Rate {
    /// Nanoseconds that a packet takes.
    cost: AtomicU64,
    /// When everything that was sent so far would have been sent at an even rate, in nanoseconds.
    even: AtomicU64,
}

impl Rate {
    /// A limit of `max` packets a second, with the bucket full.
    pub(super) fn new(max: u32) -> Self {
        let rate = Self { cost: AtomicU64::new(0), even: AtomicU64::new(0) };
        rate.set(max);
        rate
    }

    /// Changes the limit. What the bucket holds stays the same time's worth.
    pub(super) fn set(&self, max: u32) {
        self.cost.store(1_000_000_000 / u64::from(max.max(1)), Ordering::Relaxed);
    }

    /// Takes a packet out of the bucket, or returns how long it will be empty.
    pub(super) fn take(&self, now: Duration) -> Result<(), Duration> {
        let (now, burst) = (now.as_nanos() as u64, BURST.as_nanos() as u64);
        let cost = self.cost.load(Ordering::Relaxed);
        let next = |even: u64| (even <= now + burst).then(|| even.max(now) + cost);
        match self.even.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next) {
            Ok(_) => Ok(()),
            Err(even) => Err(Duration::from_nanos(even - now - burst)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the originals' formula admits at once, without its chance: as long as the mean is below
    /// the limit.
    fn burst_of_the_originals(max: u32) -> usize {
        const WEIGHT: f64 = 0.92;
        let admitted = |sent: &usize| (*sent as f64) * (1.0 - WEIGHT) <= f64::from(max);
        (0..100_000).take_while(admitted).count()
    }

    fn taken_at_once(rate: &Rate, now: Duration) -> usize {
        (0..100_000).take_while(|_| rate.take(now).is_ok()).count()
    }

    #[test]
    fn a_burst_is_that_of_the_originals() {
        for (max, expected) in [(10, 126), (20, 251), (1, 13), (50, 626), (1_000, 12_501)] {
            let rate = Rate::new(max);
            assert_eq!(taken_at_once(&rate, Duration::from_secs(7)), expected, "{max}");
            assert_eq!(burst_of_the_originals(max), expected, "{max}");
        }
    }

    #[test]
    fn after_a_burst_it_is_the_limit_a_second() {
        let rate = Rate::new(20);
        let mut now = Duration::from_secs(1);
        taken_at_once(&rate, now);
        let mut taken = 0;
        while taken < 100 {
            match rate.take(now) {
                Ok(()) => taken += 1,
                Err(wait) => now += wait,
            }
        }
        assert_eq!(now, Duration::from_secs(6));
    }

    #[test]
    fn silence_fills_the_bucket_and_no_more() {
        let rate = Rate::new(20);
        taken_at_once(&rate, Duration::ZERO);
        assert_eq!(taken_at_once(&rate, Duration::from_secs(1)), 20);
        assert_eq!(taken_at_once(&rate, Duration::from_hours(1)), 251);
    }

    #[test]
    fn a_new_limit_holds_at_once() {
        let rate = Rate::new(20);
        taken_at_once(&rate, Duration::ZERO);
        rate.set(100);
        // The last one overdrew the bucket by 50 ms.
        assert_eq!(taken_at_once(&rate, Duration::from_secs(1)), 96);
    }
}
