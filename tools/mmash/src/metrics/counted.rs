//! Numbers that grow, added up over files and looks.

use mmstats_tools::common::prom::{Number, Ranges, Sample, Type};

/// A counter, timer or histogram: numbers that grow.
#[derive(Clone, Debug)]
pub struct Counted {
    kind: Type,
    counts: Vec<u64>,
    sum: f64,
}

impl Counted {
    /// `None`: it isn't counted, or not in whole numbers.
    pub fn of(sample: &Sample) -> Option<Self> {
        let (counts, sum) = match sample {
            Sample::Counter(Number::Unsigned(count)) => (vec![*count], 0.0),
            Sample::Summary { count, sum } => (vec![*count], *sum),
            Sample::Histogram(ranges) => {
                (ranges.counts.iter().copied().chain([ranges.count]).collect(), ranges.sum)
            }
            _ => return None,
        };
        Some(Self { kind: sample.kind(), counts, sum })
    }

    /// The same without any count.
    pub fn nothing(&self) -> Self {
        Self { kind: self.kind, counts: vec![0; self.counts.len()], sum: 0.0 }
    }

    /// Adds what is new in `now`: where it has fallen it began anew, and all of it is.
    pub fn add(&mut self, now: &Self, before: Option<&Self>) {
        if (self.kind, self.counts.len()) != (now.kind, now.counts.len()) {
            return;
        }
        let nothing = now.nothing();
        let has_grown = |before: &&Self| {
            before.kind == now.kind
                && before.counts.iter().zip(&now.counts).all(|(before, now)| before <= now)
        };
        let before = before.filter(has_grown).unwrap_or(&nothing);
        for ((total, now), before) in self.counts.iter_mut().zip(&now.counts).zip(&before.counts) {
            // A total that stays is better than one that falls.
            *total = total.saturating_add(now - before);
        }
        // One that isn't finite would stay for good, and a sum never falls.
        let new = now.sum - before.sum;
        if new.is_finite() && new > 0.0 && (self.sum + new).is_finite() {
            self.sum += new;
        }
    }

    /// How many bytes of memory the counts take.
    pub fn size(&self) -> usize {
        size_of::<u64>() * self.counts.len()
    }

    /// What is scraped.
    pub fn to_sample(&self) -> Sample {
        let (counts, count) = match &*self.counts {
            [counts @ .., count] => (counts, *count),
            [] => (&[][..], 0),
        };
        match self.kind {
            Type::Summary => Sample::Summary { count, sum: self.sum },
            Type::Histogram => {
                Sample::Histogram(Box::new(Ranges { counts: counts.into(), count, sum: self.sum }))
            }
            _ => Sample::Counter(Number::Unsigned(count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(kind: Type, counts: &[u64], sum: f64) -> Counted {
        Counted { kind, counts: counts.to_vec(), sum }
    }

    /// The total of a file's values, look after look.
    #[track_caller]
    fn assert_total(looks: &[Counted], expected: (&[u64], f64)) {
        let mut total = looks[0].nothing();
        let mut before = None;
        for now in looks {
            total.add(now, before);
            before = Some(now);
        }
        assert_eq!((&*total.counts, total.sum), expected);
    }

    #[test]
    fn what_has_grown_counts_by_what_is_new() {
        let counter = |count| counted(Type::Counter, &[count], 0.0);
        assert_total(&[counter(5), counter(5), counter(7)], (&[7], 0.0));
        let timer = |count, sum| counted(Type::Summary, &[count], sum);
        assert_total(&[timer(1, 0.5), timer(3, 2.0)], (&[3], 2.0));
        let histogram = |counts, sum| counted(Type::Histogram, counts, sum);
        assert_total(&[histogram(&[1, 2], 4.0), histogram(&[1, 3], 9.0)], (&[1, 3], 9.0));
    }

    #[test]
    fn what_has_fallen_began_anew() {
        let counter = |count| counted(Type::Counter, &[count], 0.0);
        assert_total(&[counter(5), counter(2), counter(3)], (&[8], 0.0));
        let timer = |count, sum| counted(Type::Summary, &[count], sum);
        assert_total(&[timer(3, 1.5), timer(1, 0.25)], (&[4], 1.75));
        let histogram = |counts, sum| counted(Type::Histogram, counts, sum);
        assert_total(&[histogram(&[4, 4], 4.0), histogram(&[0, 5], 50.0)], (&[4, 9], 54.0));
    }

    #[test]
    fn a_sum_that_is_no_number_spoils_nothing() {
        let timer = |count, sum| counted(Type::Summary, &[count], sum);
        assert_total(&[timer(1, 1.5), timer(2, f64::NAN), timer(3, 2.5)], (&[3], 1.5));
    }

    #[test]
    fn other_buckets_are_not_added() {
        let histogram = |counts| counted(Type::Histogram, counts, 1.0);
        assert_total(&[histogram(&[1, 1]), histogram(&[1, 2, 3])], (&[1, 1], 1.0));
    }
}
