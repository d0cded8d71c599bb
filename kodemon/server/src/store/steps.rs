//! Steps of time: as long as a person would choose, and the same ones wherever a range begins.

use super::{BucketRecord, Spread, Summary, SummaryQuery};

const SECOND: f64 = 1_000.0;
/// A minute, in milliseconds.
pub const MINUTE: f64 = 60.0 * SECOND;
/// An hour, in milliseconds.
pub const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// Nothing is as far away as that, in seconds.
const FAR: f64 = 1e12;

/// The steps of up to a day, in milliseconds. Each begins at a multiple of its length.
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

/// The steps of a range of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    from: f64,
    to: f64,
    /// How long one is, in whole milliseconds.
    pub milliseconds: f64,
    /// The number of the first, counted from the beginning of Unix time.
    first: f64,
    /// How many there are.
    pub count: usize,
}

impl Steps {
    /// As short as they may be for no more than are wanted, besides one that is cut.
    pub fn of(query: &SummaryQuery) -> Self {
        Self::no_shorter(query, 0.0)
    }

    /// The same, but none of them is shorter than so many milliseconds.
    pub fn no_shorter(query: &SummaryQuery, shortest: f64) -> Self {
        let SummaryQuery { from, to, buckets, .. } = *query;
        let (begin, end) = (from.clamp(-FAR, FAR) * 1_000.0, to.clamp(-FAR, FAR) * 1_000.0);
        let shortest = shortest.max((end - begin) / buckets as f64);
        let usual = LENGTHS.into_iter().find(|length| *length >= shortest);
        let milliseconds = usual.unwrap_or_else(|| (shortest / DAY).ceil() * DAY);
        let first = (begin / milliseconds).floor();
        let count = ((end / milliseconds).ceil() - first).max(1.0) as usize;
        Self { from, to, milliseconds, first, count }
    }

    /// Which one has this time, in milliseconds. What is outside is in the first or the last.
    pub fn at(&self, milliseconds: f64) -> usize {
        let number = (milliseconds / self.milliseconds).floor() - self.first;
        (number.max(0.0) as usize).min(self.count - 1)
    }

    /// The answer with these, one for each.
    pub fn summary(&self, total: Spread, spreads: impl IntoIterator<Item = Spread>) -> Summary {
        let Self { from, to, milliseconds, first, .. } = *self;
        let edge = |at: usize| match at {
            0 => from,
            at if at == self.count => to,
            at => (first + at as f64) * milliseconds / 1_000.0,
        };
        let spreads = spreads.into_iter().enumerate();
        let buckets = spreads
            .map(|(at, spread)| BucketRecord { from: edge(at), to: edge(at + 1), spread })
            .collect();
        Summary { from, to, step: milliseconds / 1_000.0, first_seen: None, total, buckets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(from: f64, to: f64, buckets: usize) -> Steps {
        Steps::of(&SummaryQuery { from, to, token: None, buckets })
    }

    #[test]
    fn steps_are_round_and_no_more_than_wanted_besides_a_cut_one() {
        for (length, buckets, step) in [
            (0.01, 100, 0.001),
            (1.0, 10, 0.1),
            (3600.0, 100, 60.0),
            (3600.0, 60, 60.0),
            (86_400.0, 100, 900.0),
            (30.0 * 86_400.0, 100, 8.0 * 3600.0),
            (400.0 * 86_400.0, 100, 4.0 * 86_400.0),
        ] {
            for from in [0.0, 1_763_720_001.123_456] {
                let steps = steps(from, from + length, buckets);
                assert_eq!(steps.milliseconds / 1_000.0, step, "{length}");
                assert!((1..=buckets + 1).contains(&steps.count), "{steps:?}");
            }
        }
    }

    #[test]
    fn absurd_ranges_have_steps_too() {
        for (from, to) in [(f64::MIN, f64::MAX), (1e300, 2e300), (-1e9, 1e15), (5.0, 5.000_000_1)] {
            let steps = steps(from, to, 100);
            assert!((1..=101).contains(&steps.count), "{from} {to}: {steps:?}");
            let summary = steps.summary(Spread::default(), vec![Spread::default(); steps.count]);
            assert_eq!((summary.buckets[0].from, summary.buckets[steps.count - 1].to), (from, to));
            assert!(summary.buckets.iter().all(|bucket| bucket.from < bucket.to), "{summary:?}");
        }
    }

    #[test]
    fn the_first_and_the_last_are_cut() {
        let steps = steps(100.5, 112.25, 12);
        let summary = steps.summary(Spread::default(), vec![Spread::default(); steps.count]);
        let edges: Vec<_> = summary.buckets.iter().map(|bucket| (bucket.from, bucket.to)).collect();
        assert_eq!((edges.len(), summary.step), (13, 1.0));
        assert_eq!(
            (edges[0], edges[1], edges[12]),
            ((100.5, 101.0), (101.0, 102.0), (112.0, 112.25))
        );
        assert_eq!((steps.at(100_500.0), steps.at(100_999.9), steps.at(101_000.0)), (0, 0, 1));
        assert_eq!((steps.at(0.0), steps.at(1e9)), (0, 12));
    }
}
