//! Values that only grow, added up over files and polls.

use mmstats_exposition::{Buckets, MetricType, Sample, SampleValue};

/// The value of a counter, timer or histogram.
#[derive(Clone, Debug)]
pub struct Counts {
    kind: MetricType,
    values: Vec<u64>,
    sum: f64,
}

impl Counts {
    /// `None` if the sample isn't a count, or not an integer.
    pub fn of(sample: &Sample) -> Option<Self> {
        let (values, sum) = match sample {
            Sample::Counter(SampleValue::Unsigned(count)) => (vec![*count], 0.0),
            Sample::Summary { count, sum } => (vec![*count], *sum),
            Sample::Histogram(buckets) => {
                (buckets.counts.iter().copied().chain([buckets.count]).collect(), buckets.sum)
            }
            _ => return None,
        };
        Some(Self { kind: sample.metric_type(), values, sum })
    }

    /// Adds what is new; what is of another type, or has other buckets, isn't added.
    pub fn add(&mut self, new: &Self) {
        if (self.kind, self.values.len()) != (new.kind, new.values.len()) {
            return;
        }
        for (total, new) in self.values.iter_mut().zip(&new.values) {
            // A total that stops is better than one that wraps.
            *total = total.saturating_add(*new);
        }
        // A sum that isn't finite would stay so, and one that falls would count as a reset.
        if new.sum > 0.0 && (self.sum + new.sum).is_finite() {
            self.sum += new.sum;
        }
    }

    /// How many bytes of memory the counts take.
    pub fn size(&self) -> usize {
        size_of::<u64>() * self.values.len()
    }

    /// The sample that is scraped.
    pub fn to_sample(&self) -> Sample {
        let (counts, count) = match &*self.values {
            [counts @ .., count] => (counts, *count),
            [] => (&[][..], 0),
        };
        match self.kind {
            MetricType::Summary => Sample::Summary { count, sum: self.sum },
            MetricType::Histogram => {
                Sample::Histogram(Box::new(Buckets { counts: counts.into(), count, sum: self.sum }))
            }
            _ => Sample::Counter(SampleValue::Unsigned(count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: MetricType, counts: &[u64], sum: f64) -> Counts {
        Counts { kind, values: counts.to_vec(), sum }
    }

    #[track_caller]
    fn assert_total(new: &[Counts], expected: (&[u64], f64)) {
        let mut total = new[0].clone();
        new[1..].iter().for_each(|new| total.add(new));
        assert_eq!((&*total.values, total.sum), expected);
    }

    #[test]
    fn what_is_new_is_added() {
        let counter = |count| value(MetricType::Counter, &[count], 0.0);
        assert_total(&[counter(5), counter(0), counter(2)], (&[7], 0.0));
        assert_total(&[counter(5), counter(u64::MAX)], (&[u64::MAX], 0.0));
        let timer = |count, sum| value(MetricType::Summary, &[count], sum);
        assert_total(&[timer(1, 0.5), timer(2, 1.5)], (&[3], 2.0));
        let histogram = |counts, sum| value(MetricType::Histogram, counts, sum);
        assert_total(&[histogram(&[1, 2], 4.0), histogram(&[0, 1], 5.0)], (&[1, 3], 9.0));
    }

    #[test]
    fn a_sum_that_is_not_finite_or_falls_is_ignored() {
        let timer = |sum| value(MetricType::Summary, &[1], sum);
        assert_total(
            &[timer(1.5), timer(f64::NAN), timer(-1.0), timer(f64::INFINITY)],
            (&[4], 1.5),
        );
        assert_total(&[timer(f64::MAX), timer(f64::MAX)], (&[2], f64::MAX));
    }

    #[test]
    fn other_types_and_buckets_are_not_added() {
        let histogram = |counts| value(MetricType::Histogram, counts, 1.0);
        assert_total(&[histogram(&[1, 1]), histogram(&[1, 2, 3])], (&[1, 1], 1.0));
        assert_total(&[histogram(&[1]), value(MetricType::Counter, &[3], 0.0)], (&[1], 1.0));
    }
}
