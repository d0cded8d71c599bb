//! The buckets of a histogram at one moment, or over a span of time.

use std::ops::RangeInclusive;

use crate::format::Buckets;

/// The buckets of a histogram.
///
/// Only the bucket of a value is known; statistics use its midpoint, which is off by at most the
/// relative error that the writer chose (3.1 % by default).
///
/// Values beyond the [end of the range](Self::range_end) are only counted, as
/// [`overflow`](Self::overflow). Early files have no overflow: their last bucket also counts larger
/// values.
///
/// ```no_run
/// use mmstats::StatsFile;
///
/// let before = StatsFile::read("/dev/shm/web-4242-4242.mmstats")?;
/// std::thread::sleep(std::time::Duration::from_secs(1));
/// let now = StatsFile::read("/dev/shm/web-4242-4242.mmstats")?;
/// let histogram = |file: &StatsFile| file.get("web.sizes")?.histogram();
/// if let (Some(before), Some(now)) = (histogram(&before), histogram(&now)) {
///     if let Some(new) = now.since(&before) {
///         println!("{} responses, 99 % of up to {:?} bytes", new.count(), new.percentile(99.0));
///     }
/// }
/// # Ok::<(), mmstats::ReadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistogramSnapshot {
    scheme: Buckets,
    counts: Vec<u64>,
    /// `None` if the file doesn't count the overflow separately.
    overflow: Option<u64>,
}

/// One bucket of a [`HistogramSnapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bucket {
    /// The values that it counts.
    pub values: RangeInclusive<u64>,
    /// The number of values.
    pub count: u64,
}

impl Bucket {
    /// The middle of the bucket, which may lie between two whole numbers.
    pub fn midpoint(&self) -> f64 {
        f64::midpoint(*self.values.start() as f64, *self.values.end() as f64)
    }

    /// The middle, rounded down to a whole number as the values are.
    fn whole_middle(&self) -> u64 {
        self.values.start().midpoint(*self.values.end())
    }
}

impl HistogramSnapshot {
    /// The snapshot of a field's counts; with `has_overflow` the counts of the last doubling are
    /// values beyond the range. `None` if the number of counts isn't the scheme's number of
    /// buckets.
    pub(super) fn new(stored: Buckets, has_overflow: bool, mut counts: Vec<u64>) -> Option<Self> {
        if stored.count() != counts.len() {
            return None;
        }
        if !has_overflow {
            return Some(Self { scheme: stored, counts, overflow: None });
        }
        let scheme = stored.without_overflow()?;
        let overflow = Some(sum(&counts.split_off(scheme.count())));
        Some(Self { scheme, counts, overflow })
    }

    /// The number of values recorded, including the overflow.
    pub fn count(&self) -> u64 {
        sum(&self.counts).wrapping_add(self.overflow())
    }

    /// The number of values beyond the end of the range; 0 if the file doesn't count them
    /// separately.
    pub fn overflow(&self) -> u64 {
        self.overflow.unwrap_or(0)
    }

    /// The largest value that has a bucket.
    pub fn range_end(&self) -> u64 {
        self.scheme.range_end()
    }

    /// The value that `percent` per cent of the values don't exceed, from 0 to 100; `None` without
    /// values. 0 is the minimum, 50 the median, 100 the maximum.
    ///
    /// It is the middle of a bucket, rounded down to a whole number, or [`f64::INFINITY`] if it is
    /// in the overflow: then it is only known to be larger than [`range_end`](Self::range_end).
    pub fn percentile(&self, percent: f64) -> Option<f64> {
        let counts = self.counts.iter().chain(&self.overflow);
        let total: u128 = counts.map(|&count| u128::from(count)).sum();
        if total == 0 {
            return None;
        }
        // At least one value, so that 0 gives the minimum; NaN becomes 0.
        let rank = (percent.clamp(0.0, 100.0) / 100.0 * total as f64).ceil() as u128;
        let rank = rank.clamp(1, total);
        let mut seen = 0;
        let found = self.buckets().find(|bucket| {
            seen += u128::from(bucket.count);
            seen >= rank
        });
        Some(found.map_or(f64::INFINITY, |bucket| bucket.whole_middle() as f64))
    }

    /// The mean of the values, as exact as the buckets are; `None` without values. A value in the
    /// overflow counts as the smallest possible one, so the mean is at least this.
    pub fn mean(&self) -> Option<f64> {
        let overflow = self.overflow() as f64;
        let (mut total, mut count) = ((self.range_end() as f64 + 1.0) * overflow, overflow);
        for bucket in self.buckets() {
            total += bucket.midpoint() * bucket.count as f64;
            count += bucket.count as f64;
        }
        (count > 0.0).then(|| total / count)
    }

    /// The nonempty buckets in ascending order, without the overflow.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        let counts = self.counts.iter().enumerate().filter(|&(_, &count)| count > 0);
        counts.map(|(index, &count)| Bucket { values: self.scheme.range(index), count })
    }

    /// Adds the values of another histogram. Returns `false` and changes nothing if its buckets
    /// differ, or if only one of the two counts its overflow separately.
    #[must_use]
    pub fn merge(&mut self, other: &Self) -> bool {
        let same = self.has_buckets_of(other);
        if same {
            let counts = self.counts.iter_mut().chain(&mut self.overflow);
            for (count, more) in counts.zip(other.counts.iter().chain(&other.overflow)) {
                *count = count.wrapping_add(*more);
            }
        }
        same
    }

    fn has_buckets_of(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.overflow.is_some() == other.overflow.is_some()
    }

    /// The values added since an earlier snapshot of the same histogram; `None` if it isn't the
    /// same, because a count fell (its writer restarted) or the buckets differ.
    pub fn since(&self, earlier: &Self) -> Option<Self> {
        if !self.has_buckets_of(earlier) {
            return None;
        }
        let pairs = self.counts.iter().zip(&earlier.counts);
        let new: Option<Vec<u64>> = pairs.map(|(now, then)| now.checked_sub(*then)).collect();
        let overflow = match self.overflow.zip(earlier.overflow) {
            Some((now, then)) => Some(now.checked_sub(then)?),
            None => None,
        };
        Some(Self { scheme: self.scheme, counts: new?, overflow })
    }

    /// The same buckets without values.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let overflow = self.overflow.map(|_| 0);
        Self { scheme: self.scheme, counts: vec![0; self.counts.len()], overflow }
    }
}

fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, count| sum.wrapping_add(*count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counts the values like a field with this scheme.
    fn counted(stored: Buckets, has_overflow: bool, values: &[u64]) -> HistogramSnapshot {
        let mut counts = vec![0; stored.count()];
        for &value in values {
            counts[stored.index(value).min(stored.count() - 1)] += 1;
        }
        HistogramSnapshot::new(stored, has_overflow, counts).unwrap()
    }

    fn histogram(values: &[u64]) -> HistogramSnapshot {
        counted(Buckets::new(4, 41).unwrap(), true, values)
    }

    #[test]
    fn values_beyond_the_range_are_the_overflow() {
        let small = |values: &[u64]| counted(Buckets::new(4, 11).unwrap(), true, values);
        let found = small(&[7, 1000, 1023, 1024, 1_000_000_000]);
        assert_eq!((found.range_end(), found.overflow(), found.count()), (1023, 2, 5));
        let buckets: Vec<_> = found.buckets().map(|bucket| (bucket.values, bucket.count)).collect();
        assert_eq!(buckets, [(7..=7, 1), (992..=1023, 2)]);
        assert_eq!(found.percentile(60.0), Some(1007.0), "a whole number");
        assert_eq!(found.percentile(60.1), Some(f64::INFINITY));
        assert_eq!(found.mean(), Some((7.0 + 2.0 * 1007.5 + 2.0 * 1024.0) / 5.0));

        let mut both = found.clone();
        assert!(both.merge(&small(&[5000])));
        assert_eq!((both.overflow(), both.count()), (3, 6));
        assert_eq!(both.since(&found).unwrap(), small(&[5000]));
        assert_eq!(found.since(&both), None, "the overflow fell back");
        assert_eq!((both.emptied().overflow(), both.emptied().percentile(50.0)), (0, None));
    }

    /// A file from before the overflow existed: none of its values count as overflow.
    #[test]
    fn without_an_overflow_larger_values_are_in_the_last_bucket() {
        let early = |values: &[u64]| counted(Buckets::new(4, 10).unwrap(), false, values);
        let mut found = early(&[7, 1000, 1_000_000_000]);
        assert_eq!((found.range_end(), found.overflow(), found.count()), (1023, 0, 3));
        assert_eq!(found.percentile(100.0), Some(1007.0));
        let later = counted(Buckets::new(4, 11).unwrap(), true, &[7]);
        assert_eq!((found.merge(&later), found.since(&later)), (false, None));
        assert!(HistogramSnapshot::new(Buckets::new(1, 2).unwrap(), true, vec![0; 4]).is_none());
    }

    #[test]
    fn small_values_are_exact() {
        let found = histogram(&[1, 2, 2, 3, 10]);
        assert_eq!(found.count(), 5);
        for (percent, value) in [
            (0.0, 1.0),
            (20.0, 1.0),
            (50.0, 2.0),
            (60.0, 2.0),
            (80.0, 3.0),
            (80.1, 10.0),
            (100.0, 10.0),
        ] {
            assert_eq!(found.percentile(percent), Some(value), "{percent} %");
        }
        assert_eq!(found.percentile(f64::NAN), Some(1.0));
        assert_eq!(found.percentile(-5.0), Some(1.0));
        assert_eq!(found.percentile(500.0), Some(10.0));
        assert_eq!(found.mean(), Some(3.6));
    }

    #[test]
    fn nothing_has_no_percentile() {
        let nothing = histogram(&[1]).emptied();
        assert_eq!((nothing.count(), nothing.percentile(50.0), nothing.mean()), (0, None, None));
        assert_eq!(nothing.buckets().next(), None);
    }

    #[test]
    fn merging_and_differences_are_of_the_same_buckets() {
        let (mut one, two) = (histogram(&[1, 5]), histogram(&[5, 9]));
        let before = one.clone();
        assert!(one.merge(&two));
        assert_eq!(one, histogram(&[1, 5, 5, 9]));
        assert_eq!(one.since(&before), Some(two));
        assert_eq!(before.since(&one), None, "fell back");
        let other = Buckets::new(3, 40).unwrap();
        let other = counted(other, true, &[]);
        assert!(!one.merge(&other));
        assert_eq!(one.since(&other), None);
    }

    #[test]
    fn counts_that_are_no_scheme_are_refused() {
        assert!(HistogramSnapshot::new(Buckets::new(4, 40).unwrap(), true, vec![0; 5]).is_none());
    }

    proptest! {
        #[test]
        fn percentiles_are_those_of_the_sorted_values_within_the_error(
            mut values in prop::collection::vec(0_u64..1 << 40, 1..200),
            percent in 0.0..=100.0,
        ) {
            let found = histogram(&values).percentile(percent).unwrap();
            values.sort_unstable();
            let rank = (percent / 100.0 * values.len() as f64).ceil().max(1.0) as usize;
            let exact = values[rank - 1] as f64;
            prop_assert!((found - exact).abs() <= exact / 32.0, "{found} for {exact}");
        }
    }
}
