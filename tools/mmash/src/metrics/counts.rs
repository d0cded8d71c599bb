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

    /// Zero of the same type.
    pub fn zero(&self) -> Self {
        Self { kind: self.kind, values: vec![0; self.values.len()], sum: 0.0 }
    }

    /// Adds the growth from `before` to `now`. If it fell, it was reset, and all of `now` is new.
    pub fn add(&mut self, now: &Self, before: Option<&Self>) {
        if (self.kind, self.values.len()) != (now.kind, now.values.len()) {
            return;
        }
        let zero = now.zero();
        let has_grown = |before: &&Self| {
            before.kind == now.kind
                && before.values.iter().zip(&now.values).all(|(before, now)| before <= now)
        };
        let before = before.filter(has_grown).unwrap_or(&zero);
        for ((total, now), before) in self.values.iter_mut().zip(&now.values).zip(&before.values) {
            // A total that stops is better than one that wraps.
            *total = total.saturating_add(now - before);
        }
        // A sum that isn't finite would stay so, and one that falls would count as a reset.
        let new = now.sum - before.sum;
        if new.is_finite() && new > 0.0 && (self.sum + new).is_finite() {
            self.sum += new;
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

    /// The total of a file's values, poll after poll.
    #[track_caller]
    fn assert_total(polls: &[Counts], expected: (&[u64], f64)) {
        let mut total = polls[0].zero();
        let mut before = None;
        for now in polls {
            total.add(now, before);
            before = Some(now);
        }
        assert_eq!((&*total.values, total.sum), expected);
    }

    #[test]
    fn growth_is_added() {
        let counter = |count| value(MetricType::Counter, &[count], 0.0);
        assert_total(&[counter(5), counter(5), counter(7)], (&[7], 0.0));
        let timer = |count, sum| value(MetricType::Summary, &[count], sum);
        assert_total(&[timer(1, 0.5), timer(3, 2.0)], (&[3], 2.0));
        let histogram = |counts, sum| value(MetricType::Histogram, counts, sum);
        assert_total(&[histogram(&[1, 2], 4.0), histogram(&[1, 3], 9.0)], (&[1, 3], 9.0));
    }

    #[test]
    fn a_value_that_fell_was_reset() {
        let counter = |count| value(MetricType::Counter, &[count], 0.0);
        assert_total(&[counter(5), counter(2), counter(3)], (&[8], 0.0));
        let timer = |count, sum| value(MetricType::Summary, &[count], sum);
        assert_total(&[timer(3, 1.5), timer(1, 0.25)], (&[4], 1.75));
        let histogram = |counts, sum| value(MetricType::Histogram, counts, sum);
        assert_total(&[histogram(&[4, 4], 4.0), histogram(&[0, 5], 50.0)], (&[4, 9], 54.0));
    }

    #[test]
    fn a_sum_that_is_nan_is_ignored() {
        let timer = |count, sum| value(MetricType::Summary, &[count], sum);
        assert_total(&[timer(1, 1.5), timer(2, f64::NAN), timer(3, 2.5)], (&[3], 1.5));
    }

    #[test]
    fn other_buckets_are_not_added() {
        let histogram = |counts| value(MetricType::Histogram, counts, 1.0);
        assert_total(&[histogram(&[1, 1]), histogram(&[1, 2, 3])], (&[1, 1], 1.0));
    }
}
