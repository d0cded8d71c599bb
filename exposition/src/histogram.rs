//! Histograms with a few buckets, as Prometheus has them.

/// The upper bounds of the buckets of all histograms.
#[derive(Clone, Debug)]
pub struct Bounds(Vec<u64>);

/// How many observations a histogram has in which bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets {
    /// How many observations are at most each bound.
    pub counts: Box<[u64]>,
    /// How many observations there are in all.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
}

impl Bounds {
    /// As many buckets as one metric should have at most.
    pub const USUAL: usize = 20;
    /// As many buckets as there are powers of two up to the last bound.
    pub const MOST: usize = Self::REACH + 1;

    /// The last bound has this many bits, or a few more.
    const REACH: usize = 38;

    /// At most this many buckets, including the one of values beyond the last bound.
    ///
    /// 20 of them end at 3, 15, 63, … 4^19 - 1. Fewer are wider and reach as far. Each bound is one
    /// less than a power of two, where the buckets of a log-linear histogram end, too.
    pub fn of_buckets(buckets: usize) -> Self {
        let bits = Self::REACH.div_ceil(buckets.saturating_sub(1).max(1)).max(1);
        let last = Self::REACH.div_ceil(bits);
        Self((1..=last).map(|number| (1 << (bits * number)) - 1).collect())
    }

    /// The bounds, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::of_buckets(Self::USUAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(buckets: usize) -> Vec<u64> {
        Bounds::of_buckets(buckets).iter().collect()
    }

    #[test]
    fn there_are_never_more_buckets_than_asked_for() {
        for buckets in 2..=Bounds::MOST {
            let bounds = bounds(buckets);
            assert!(bounds.len() < buckets, "{buckets}: {bounds:?}");
            assert!(*bounds.last().unwrap() >= (1 << 38) - 1, "{buckets}: {bounds:?}");
            assert!(bounds.is_sorted(), "{buckets}: {bounds:?}");
        }
    }

    #[test]
    fn fewer_buckets_are_wider() {
        let twenty = bounds(20);
        assert_eq!((twenty.len(), &twenty[..3], twenty[18]), (19, &[3, 15, 63][..], (1 << 38) - 1));
        assert_eq!(bounds(5), [(1 << 10) - 1, (1 << 20) - 1, (1 << 30) - 1, (1 << 40) - 1]);
        assert_eq!(bounds(2), [(1 << 38) - 1]);
        assert_eq!(bounds(39)[..4], [1, 3, 7, 15]);
    }
}
