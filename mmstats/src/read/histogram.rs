//! How values are spread: the buckets of a histogram at one moment, or over a span of time.

use std::ops::RangeInclusive;

use crate::format::Buckets;

/// The buckets of a histogram.
///
/// A value is known by its bucket only; figures take the middle of it, which is off by a few
/// per cent at most, as the writer chose (3.1 % unless it said otherwise). Values beyond the
/// largest that the writer tells apart count in the last bucket.
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
}

/// One bucket of a [`HistogramSnapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bucket {
    /// The values that it counts. The last bucket also counts whatever is larger.
    pub values: RangeInclusive<u64>,
    /// How many there were.
    pub count: u64,
}

impl Bucket {
    /// The value that stands for all of the bucket.
    pub fn middle(&self) -> f64 {
        f64::midpoint(*self.values.start() as f64, *self.values.end() as f64)
    }
}

impl HistogramSnapshot {
    /// `None` where there aren't as many counts as the scheme has buckets.
    pub(super) fn new(scheme: Buckets, counts: Vec<u64>) -> Option<Self> {
        (scheme.count() == counts.len()).then_some(Self { scheme, counts })
    }

    /// How many values were recorded.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.wrapping_add(*count))
    }

    /// The value that `percent` per cent of the values don't exceed, from 0 to 100; `None`
    /// without values. 0 is the least value, 50 the median, 100 the greatest.
    pub fn percentile(&self, percent: f64) -> Option<f64> {
        let total: u128 = self.counts.iter().map(|&count| u128::from(count)).sum();
        // At least one value, so that 0 is the least; NaN becomes 0.
        let rank = (percent.clamp(0.0, 100.0) / 100.0 * total as f64).ceil() as u128;
        let rank = rank.clamp(1, total.max(1));
        let mut seen = 0;
        let found = self.buckets().find(|bucket| {
            seen += u128::from(bucket.count);
            seen >= rank
        });
        found.map(|bucket| bucket.middle())
    }

    /// The mean of the values, as near as the buckets tell; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        let (mut total, mut count) = (0.0, 0.0);
        for bucket in self.buckets() {
            total += bucket.middle() * bucket.count as f64;
            count += bucket.count as f64;
        }
        (count > 0.0).then(|| total / count)
    }

    /// The buckets that have any values, by their values.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        let counts = self.counts.iter().enumerate().filter(|&(_, &count)| count > 0);
        counts.map(|(index, &count)| Bucket { values: self.scheme.range(index), count })
    }

    /// Adds the values of another histogram; `false` and no change where its buckets are others.
    #[must_use]
    pub fn merge(&mut self, other: &Self) -> bool {
        let same = self.scheme == other.scheme;
        if same {
            for (count, more) in self.counts.iter_mut().zip(&other.counts) {
                *count = count.wrapping_add(*more);
            }
        }
        same
    }

    /// What is new since an earlier moment of the same histogram; `None` where it is not the
    /// same, because a bucket fell back (its writer began anew) or the buckets are others.
    pub fn since(&self, earlier: &Self) -> Option<Self> {
        if self.scheme != earlier.scheme {
            return None;
        }
        let pairs = self.counts.iter().zip(&earlier.counts);
        let new: Option<Vec<u64>> = pairs.map(|(now, then)| now.checked_sub(*then)).collect();
        Some(Self { scheme: self.scheme, counts: new? })
    }

    /// The same buckets without values.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self { scheme: self.scheme, counts: vec![0; self.counts.len()] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn histogram(values: &[u64]) -> HistogramSnapshot {
        let scheme = Buckets::new(4, 40).unwrap();
        let mut counts = vec![0; scheme.count()];
        for &value in values {
            counts[scheme.index(value).min(scheme.count() - 1)] += 1;
        }
        HistogramSnapshot::new(scheme, counts).unwrap()
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
        let other = HistogramSnapshot::new(other, vec![0; other.count()]).unwrap();
        assert!(!one.merge(&other));
        assert_eq!(one.since(&other), None);
    }

    #[test]
    fn counts_that_are_no_scheme_are_refused() {
        assert!(HistogramSnapshot::new(Buckets::new(4, 40).unwrap(), vec![0; 5]).is_none());
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
