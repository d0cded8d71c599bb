//! Mergeable histograms of durations.
//!
//! A bucket holds the floats that agree in sign, exponent and the first four bits of the fraction:
//! sixteen buckets per power of two. The middle of a bucket is within 3.2 % of every value in it.

use mmstats_sqlite::varint;

/// Number of low bits that a bucket ignores.
const SHIFT: u32 = 48;

/// Counts of non-negative numbers by bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The non-empty buckets in order, with their counts.
    buckets: Vec<(u16, u64)>,
}

impl Histogram {
    /// Adds a value.
    pub fn record(&mut self, value: f64) {
        self.add((value.to_bits() >> SHIFT) as u16, 1);
    }

    /// Adds all values of another histogram.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            self.add(*bucket, *count);
        }
    }

    fn add(&mut self, bucket: u16, count: u64) {
        match self.buckets.binary_search_by_key(&bucket, |(known, _)| *known) {
            Ok(at) => self.buckets[at].1 += count,
            Err(at) => self.buckets.insert(at, (bucket, count)),
        }
    }

    /// The approximate value at a rank, from 1 on.
    pub fn at_rank(&self, rank: u64) -> Option<f64> {
        let mut before = 0;
        let (bucket, _) = self.buckets.iter().find(|(_, count)| {
            before += count;
            before >= rank
        })?;
        let edge = |bucket: u64| f64::from_bits(bucket << SHIFT);
        let (from, to) = (edge(u64::from(*bucket)), edge(u64::from(*bucket) + 1));
        Some(from + (to - from) / 2.0)
    }

    /// Encodes each bucket as its distance from the one before and its count.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(3 * self.buckets.len());
        let mut before = 0;
        for (bucket, count) in &self.buckets {
            varint::put(&mut bytes, u64::from(bucket - before));
            varint::put(&mut bytes, *count);
            before = *bucket;
        }
        bytes
    }

    /// Decodes a histogram; `None` if the bytes aren't valid.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut buckets = Vec::new();
        let mut before = 0_u16;
        while !bytes.is_empty() {
            let step = u16::try_from(varint::take(&mut bytes)?).ok()?;
            before = before.checked_add(step)?;
            buckets.push((before, varint::take(&mut bytes)?));
        }
        Some(Self { buckets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Durations from microseconds to hours.
    fn durations(count: usize) -> Vec<f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            10_f64.powf((state >> 11) as f64 / (1_u64 << 53) as f64 * 10.0 - 6.0)
        };
        std::iter::repeat_with(random).take(count).collect()
    }

    fn of(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::default();
        for value in values {
            histogram.record(*value);
        }
        histogram
    }

    #[test]
    fn each_rank_is_within_three_percent_of_the_exact_one() {
        let mut values = durations(5_000);
        let histogram = of(&values);
        values.sort_unstable_by(f64::total_cmp);
        for (exact, rank) in values.iter().zip(1..) {
            let found = histogram.at_rank(rank).unwrap();
            assert!((found / exact - 1.0).abs() <= 1.0 / 32.0, "{found} for {exact}");
        }
        assert_eq!(histogram.at_rank(5_001), None);
    }

    #[test]
    fn merged_parts_equal_the_histogram_of_all() {
        let values = durations(3_000);
        for cut in [0, 1, 700, 2_999, 3_000] {
            let (some, others) = values.split_at(cut);
            let mut merged = of(some);
            merged.merge(&of(others));
            assert_eq!(merged, of(&values));
        }
    }

    #[test]
    fn it_decodes_what_it_encoded_and_rejects_invalid_bytes() {
        let histogram = of(&[0.0, f64::MIN_POSITIVE / 2.0, 1e-6, 1e-6, 0.03, 1e300, f64::MAX]);
        let bytes = histogram.encode();
        assert_eq!(Histogram::decode(&bytes).as_ref(), Some(&histogram));
        assert_eq!(Histogram::decode(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Histogram::decode(&[0xff, 0xff, 0x7f, 1]), None);
        assert_eq!(Histogram::decode(&[]), Some(Histogram::default()));
    }

    #[test]
    fn a_bucket_takes_at_most_three_bytes() {
        assert!(of(&durations(100_000)).encode().len() <= 3 * 16 * 34);
    }
}
