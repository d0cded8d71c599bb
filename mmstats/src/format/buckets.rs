//! The buckets of a histogram: log-linear, as wide as a chosen relative error allows.
//!
//! Below `2^(g+1)` each value has a bucket of its own. Above, each doubling is cut into `2^g` equal
//! buckets, so a bucket's midpoint is off by at most `2^-(g+1)` of the value. H2 histograms use the
//! same scheme.

use std::ops::RangeInclusive;

/// A bucket scheme: the two parameters of a histogram's index entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Buckets {
    /// `g`: each doubling has `2^g` buckets.
    grouping: u32,
    /// `m`: the buckets hold values below `2^m`; larger ones count in the last bucket.
    magnitude: u32,
}

impl Buckets {
    /// A larger one would make histograms of gigabytes.
    const LARGEST_GROUPING: u32 = 16;

    pub(crate) fn new(grouping: u32, magnitude: u32) -> Option<Self> {
        let sound = grouping <= Self::LARGEST_GROUPING && (grouping + 1..=64).contains(&magnitude);
        sound.then_some(Self { grouping, magnitude })
    }

    /// Reads an index entry's parameters; `None` if they aren't a scheme.
    pub(crate) fn from_parameters([grouping, magnitude]: [u64; 2]) -> Option<Self> {
        Self::new(grouping.try_into().ok()?, magnitude.try_into().ok()?)
    }

    /// The coarsest scheme whose midpoints are off by at most `error` (0.03 is 3 %), for values
    /// up to `max`. `None` if `error` is not from 2^-17 to 1/2.
    pub(crate) fn with_error(error: f64, max: u64) -> Option<Self> {
        let grouping = (0..=Self::LARGEST_GROUPING)
            .find(|&grouping| 1.0 / f64::from(2_u32 << grouping) <= error)
            .filter(|_| error <= 0.5)?;
        let magnitude = (u64::BITS - max.leading_zeros()).max(grouping + 1);
        Self::new(grouping, magnitude)
    }

    /// The scheme of a field that also counts the values beyond this one's range: one more
    /// doubling, whose buckets together are the overflow. `None` if no value is beyond it.
    pub(crate) fn with_overflow(self) -> Option<Self> {
        Self::new(self.grouping, self.magnitude + 1)
    }

    /// The scheme without its last doubling: the reverse of [`with_overflow`](Self::with_overflow).
    /// `None` if there is no other doubling.
    pub(crate) fn without_overflow(self) -> Option<Self> {
        Self::new(self.grouping, self.magnitude - 1)
    }

    /// The largest value within the range.
    pub(crate) fn range_end(self) -> u64 {
        u64::MAX >> (u64::BITS - self.magnitude)
    }

    pub(crate) fn parameters(self) -> [u64; 2] {
        [self.grouping.into(), self.magnitude.into()]
    }

    pub(crate) fn count(self) -> usize {
        ((self.magnitude - self.grouping + 1) as usize) << self.grouping
    }

    /// The bucket of a value. One that is too large has no such bucket: the caller takes the last,
    /// which costs less than checking the value here.
    #[inline]
    pub(crate) fn index(self, value: u64) -> usize {
        // At least 2^g, so that the subtraction below can't underflow.
        let high = (value | 1 << self.grouping).ilog2();
        let doublings = high - self.grouping;
        ((doublings as usize) << self.grouping) + (value >> doublings) as usize
    }

    /// The values of a bucket. The last one also counts larger values.
    ///
    /// # Panics
    ///
    /// Panics if there is no such bucket.
    pub(crate) fn range(self, index: usize) -> RangeInclusive<u64> {
        assert!(index < self.count(), "a bucket of the scheme");
        let doublings = (index >> self.grouping).saturating_sub(1) as u32;
        let first = ((index as u64) - (u64::from(doublings) << self.grouping)) << doublings;
        first..=first + ((1 << doublings) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemes() -> impl Iterator<Item = Buckets> {
        [(0, 1), (0, 64), (3, 7), (4, 40), (5, 64), (8, 20)]
            .into_iter()
            .map(|(g, m)| Buckets::new(g, m).unwrap())
    }

    #[test]
    fn buckets_cover_the_range_without_gap_or_overlap() {
        for scheme in schemes() {
            let mut next = Some(0);
            for index in 0..scheme.count() {
                let range = scheme.range(index);
                assert_eq!(Some(*range.start()), next, "{scheme:?} {index}");
                assert_eq!(scheme.index(*range.start()), index);
                assert_eq!(scheme.index(*range.end()), index);
                next = range.end().checked_add(1);
            }
            assert_eq!(next, 1_u64.checked_shl(scheme.magnitude).filter(|_| scheme.magnitude < 64));
            if let Some(beyond) = next {
                assert_eq!(scheme.index(beyond), scheme.count());
                assert!(scheme.index(u64::MAX) >= scheme.count());
            }
        }
    }

    #[test]
    fn values_beyond_the_range_are_in_the_additional_doubling() {
        for range in schemes().filter(|scheme| scheme.magnitude < 64) {
            let stored = range.with_overflow().unwrap();
            assert_eq!(stored.without_overflow(), Some(range));
            assert_eq!(stored.count(), range.count() + (1 << range.grouping));
            for (value, beyond) in [(0, false), (range.range_end(), false), (u64::MAX, true)] {
                assert_eq!(stored.index(value) >= range.count(), beyond, "{range:?} {value}");
            }
            assert_eq!(stored.index(range.range_end() + 1), range.count());
        }
        let all = Buckets::new(5, 64).unwrap();
        assert_eq!((all.with_overflow(), all.range_end()), (None, u64::MAX));
        assert_eq!(Buckets::new(5, 6).unwrap().without_overflow(), None);
    }

    #[test]
    fn midpoints_keep_the_error() {
        for error in [0.5, 0.1, 0.04, 0.01, 0.001] {
            let scheme = Buckets::with_error(error, 1 << 40).unwrap();
            for value in [1_u64, 33, 100, 999, 123_456, 1_000_000_007, (1 << 40) - 1] {
                let range = scheme.range(scheme.index(value));
                let middle = range.start().midpoint(*range.end()) as f64;
                let off = (middle - value as f64).abs() / value as f64;
                assert!(off <= error, "{value} is shown as {middle}, off by {off}");
            }
        }
        assert_eq!(Buckets::with_error(0.04, u64::MAX >> 24), Buckets::new(4, 40));
        for error in [0.0, -1.0, f64::NAN, 0.6, 1e-9] {
            assert_eq!(Buckets::with_error(error, 100), None);
        }
    }

    #[test]
    fn parameters_of_a_file_are_not_believed() {
        for parameters in [[17, 64], [4, 65], [4, 4], [u64::MAX, 1], [1, u64::MAX]] {
            assert_eq!(Buckets::from_parameters(parameters), None);
        }
    }
}
