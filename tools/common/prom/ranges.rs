//! Histograms by a few ranges, as Prometheus has them.

use mmstats::HistogramSnapshot;

/// Where the ranges of all histograms end.
#[derive(Clone, Debug)]
pub struct Limits(Vec<u64>);

/// A histogram by a few ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges {
    /// How many values each limit has below it or is.
    pub counts: Box<[u64]>,
    /// How many values there are in all.
    pub count: u64,
    /// What they sum up to, each taken for the middle of its bucket; one beyond the histogram's
    /// range for the least that it can be.
    pub sum: f64,
}

impl Limits {
    /// As many buckets as one metric should have at most.
    pub const USUAL: usize = 20;
    /// So many buckets end at each power of two: a histogram has few ends between them.
    pub const MOST: usize = Self::REACH + 1;

    /// The last limit has so many bits, or a few more.
    const REACH: usize = 38;

    /// At most so many buckets, with that of the values beyond the last limit.
    ///
    /// 20 of them end at 3, 15, 63, … 4^19 - 1. Fewer are wider and reach as far.
    pub fn of_buckets(buckets: usize) -> Self {
        let bits = Self::REACH.div_ceil(buckets.saturating_sub(1).max(1)).max(1);
        let last = Self::REACH.div_ceil(bits);
        Self((1..=last).map(|number| (1 << (bits * number)) - 1).collect())
    }

    /// The limits, rising.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::of_buckets(Self::USUAL)
    }
}

impl Ranges {
    /// Cumulative counts up to the same few limits at any time, whatever the values: only so can
    /// rates be taken of them. The limits are ends of a histogram's buckets as well.
    ///
    /// `None` where the counts exceed 64 bits: buckets must not fall from one limit to the next.
    pub fn of(histogram: &HistogramSnapshot, limits: &Limits) -> Option<Self> {
        let (mut sum, mut count) = (0.0, 0_u64);
        let mut buckets = histogram.buckets().peekable();
        let mut count_up_to = |limit: u64| {
            while let Some(bucket) = buckets.next_if(|bucket| *bucket.values.end() <= limit) {
                sum += bucket.midpoint() * bucket.count as f64;
                count = count.checked_add(bucket.count)?;
            }
            Some(count)
        };
        let counts = limits.iter().map(&mut count_up_to).collect::<Option<_>>()?;
        let overflow = histogram.overflow();
        let count = count_up_to(u64::MAX)?.checked_add(overflow)?;
        sum += (histogram.range_end() as f64 + 1.0) * overflow as f64;
        Some(Self { counts, count, sum })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(buckets: usize) -> Vec<u64> {
        Limits::of_buckets(buckets).iter().collect()
    }

    #[test]
    fn there_are_never_more_buckets_than_asked_for() {
        for buckets in 2..=Limits::MOST {
            let limits = limits(buckets);
            assert!(limits.len() < buckets, "{buckets}: {limits:?}");
            assert!(*limits.last().unwrap() >= (1 << 38) - 1, "{buckets}: {limits:?}");
            assert!(limits.is_sorted(), "{buckets}: {limits:?}");
        }
    }

    #[test]
    fn fewer_buckets_are_wider() {
        let twenty = limits(20);
        assert_eq!((twenty.len(), &twenty[..3], twenty[18]), (19, &[3, 15, 63][..], (1 << 38) - 1));
        assert_eq!(limits(5), [(1 << 10) - 1, (1 << 20) - 1, (1 << 30) - 1, (1 << 40) - 1]);
        assert_eq!(limits(2), [(1 << 38) - 1]);
        assert_eq!(limits(39)[..4], [1, 3, 7, 15]);
    }
}
