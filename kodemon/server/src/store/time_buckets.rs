//! Time buckets of a round length, aligned to multiples of it.

use crate::store::query::{BucketRecord, Distribution, Summary, SummaryQuery};

const SECOND: f64 = 1_000.0;
/// A minute, in milliseconds.
pub const MINUTE: f64 = 60.0 * SECOND;
/// An hour, in milliseconds.
pub const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// Limit of times, in seconds.
const MAX_TIME: f64 = 1e12;

/// The lengths up to a day, in milliseconds.
const LENGTHS: [f64; 31] = [
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    50.0,
    100.0,
    200.0,
    500.0,
    SECOND,
    2.0 * SECOND,
    5.0 * SECOND,
    10.0 * SECOND,
    15.0 * SECOND,
    20.0 * SECOND,
    30.0 * SECOND,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    20.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    4.0 * HOUR,
    6.0 * HOUR,
    8.0 * HOUR,
    12.0 * HOUR,
    DAY,
];

/// The buckets of a time range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeBuckets {
    from: f64,
    to: f64,
    /// The length of a bucket, in whole milliseconds.
    pub step_ms: f64,
    /// The number of the first bucket, counted from 1970.
    first: f64,
    /// Number of buckets.
    pub count: usize,
}

impl TimeBuckets {
    /// The shortest that make at most as many buckets as wanted, not counting one that is cut.
    pub fn of(query: &SummaryQuery) -> Self {
        Self::at_least(query, 0.0)
    }

    /// The same, but of at least `min_ms` milliseconds.
    pub fn at_least(query: &SummaryQuery, min_ms: f64) -> Self {
        let SummaryQuery { from, to, buckets, .. } = *query;
        let (begin, end) =
            (from.clamp(-MAX_TIME, MAX_TIME) * 1_000.0, to.clamp(-MAX_TIME, MAX_TIME) * 1_000.0);
        let min_ms = min_ms.max((end - begin) / buckets as f64);
        let usual = LENGTHS.into_iter().find(|length| *length >= min_ms);
        let step_ms = usual.unwrap_or_else(|| (min_ms / DAY).ceil() * DAY);
        let first = (begin / step_ms).floor();
        let count = ((end / step_ms).ceil() - first).max(1.0) as usize;
        Self { from, to, step_ms, first, count }
    }

    /// The index of the bucket with this time in milliseconds; the first or the last if outside.
    pub fn index(&self, time_ms: f64) -> usize {
        let number = (time_ms / self.step_ms).floor() - self.first;
        (number.max(0.0) as usize).min(self.count - 1)
    }

    /// The summary with this total and one distribution per bucket.
    pub fn summary(
        &self,
        total: Distribution,
        distributions: impl IntoIterator<Item = Distribution>,
    ) -> Summary {
        let Self { from, to, step_ms, first, .. } = *self;
        let edge = |at: usize| match at {
            0 => from,
            at if at == self.count => to,
            at => (first + at as f64) * step_ms / 1_000.0,
        };
        let distributions = distributions.into_iter().enumerate();
        let buckets = distributions
            .map(|(at, distribution)| BucketRecord {
                from: edge(at),
                to: edge(at + 1),
                distribution,
            })
            .collect();
        Summary { from, to, step: step_ms / 1_000.0, first_seen: None, total, buckets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(from: f64, to: f64, buckets: usize) -> TimeBuckets {
        TimeBuckets::of(&SummaryQuery { from, to, token: None, buckets })
    }

    #[test]
    fn buckets_are_round_and_no_more_than_wanted_besides_a_cut_one() {
        for (length, wanted, step) in [
            (0.01, 100, 0.001),
            (1.0, 10, 0.1),
            (3600.0, 100, 60.0),
            (3600.0, 60, 60.0),
            (86_400.0, 100, 900.0),
            (30.0 * 86_400.0, 100, 8.0 * 3600.0),
            (400.0 * 86_400.0, 100, 4.0 * 86_400.0),
        ] {
            for from in [0.0, 1_763_720_001.123_456] {
                let found = buckets(from, from + length, wanted);
                assert_eq!(found.step_ms / 1_000.0, step, "{length}");
                assert!((1..=wanted + 1).contains(&found.count), "{found:?}");
            }
        }
    }

    #[test]
    fn absurd_ranges_have_buckets_too() {
        for (from, to) in [(f64::MIN, f64::MAX), (1e300, 2e300), (-1e9, 1e15), (5.0, 5.000_000_1)] {
            let found = buckets(from, to, 100);
            assert!((1..=101).contains(&found.count), "{from} {to}: {found:?}");
            let summary =
                found.summary(Distribution::default(), vec![Distribution::default(); found.count]);
            assert_eq!((summary.buckets[0].from, summary.buckets[found.count - 1].to), (from, to));
            assert!(summary.buckets.iter().all(|bucket| bucket.from < bucket.to), "{summary:?}");
        }
    }

    #[test]
    fn the_first_and_the_last_bucket_are_cut() {
        let found = buckets(100.5, 112.25, 12);
        let summary =
            found.summary(Distribution::default(), vec![Distribution::default(); found.count]);
        let edges: Vec<_> = summary.buckets.iter().map(|bucket| (bucket.from, bucket.to)).collect();
        assert_eq!((edges.len(), summary.step), (13, 1.0));
        assert_eq!(
            (edges[0], edges[1], edges[12]),
            ((100.5, 101.0), (101.0, 102.0), (112.0, 112.25))
        );
        assert_eq!(
            (found.index(100_500.0), found.index(100_999.9), found.index(101_000.0)),
            (0, 0, 1)
        );
        assert_eq!((found.index(0.0), found.index(1e9)), (0, 12));
    }
}
