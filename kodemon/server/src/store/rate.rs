//! Calls per second: the one definition of a rate.

use std::ops::Range;

use crate::store::query::Summary;

/// A longer range isn't taken for shorter than this: a function called for the first time a moment
/// ago doesn't have a rate of thousands.
const SHORTEST: f64 = 60.0;

impl Summary {
    /// Sets the rates: executions divided by the seconds of their range between the function's first
    /// call and `now`.
    #[must_use]
    pub fn rated(mut self, now: f64) -> Self {
        let known = self.first_seen.unwrap_or(f64::NEG_INFINITY)..now;
        self.total.rate = rate(self.total.count, self.from..self.to, &known);
        for bucket in &mut self.buckets {
            bucket.distribution.rate =
                rate(bucket.distribution.count, bucket.from..bucket.to, &known);
        }
        self
    }
}

fn rate(count: u64, range: Range<f64>, known: &Range<f64>) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let length = range.end - range.start;
    let seconds = range.end.min(known.end) - range.start.max(known.start);
    // The range may be in the future by the clock of this machine.
    let seconds = if range.start < known.end { seconds } else { length };
    count as f64 / seconds.clamp(length.min(SHORTEST), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_covers_the_part_of_a_range_from_the_first_call_until_now() {
        for (count, from, to, first, now, expected) in [
            (240, 1000.0, 1120.0, 10.0, 5000.0, 2.0),
            (240, 1000.0, 1120.0, 10.0, 1080.0, 3.0),
            (240, 1000.0, 1240.0, 1120.0, 5000.0, 2.0),
            (0, 1000.0, 1120.0, 10.0, 1080.0, 0.0),
            // It has just begun, or hasn't yet by the clock of this machine.
            (120, 1000.0, 1120.0, 10.0, 1000.25, 2.0),
            (120, 1000.0, 1120.0, 1119.0, 5000.0, 2.0),
            (120, 1000.0, 1120.0, 1130.0, 5000.0, 2.0),
            (240, 1000.0, 1120.0, 10.0, 900.0, 2.0),
            (5, 1000.0, 1000.5, 10.0, 5000.0, 10.0),
            (5, -1e308, 1e308, 1000.0, 1100.0, 0.05),
            (0, 1000.0, 1000.0, 10.0, 5000.0, 0.0),
        ] {
            let found = rate(count, from..to, &(first..now));
            assert_eq!(found, expected, "{count} {from} {to} {first} {now}");
        }
    }
}
