//! Aggregates execution times.

use crate::store::histogram::Histogram;
use crate::store::query::Distribution;

/// A compact, mergeable aggregate of execution times.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    pub count: u64,
    pub sum: f64,
    pub min: f64,
    pub max: f64,
    pub histogram: Histogram,
}

impl Default for Aggregate {
    fn default() -> Self {
        let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { count: 0, sum: 0.0, min, max, histogram: Histogram::default() }
    }
}

impl Aggregate {
    /// Adds an execution time.
    pub fn record(&mut self, execution_time: f64) {
        self.count += 1;
        self.sum += execution_time;
        self.min = self.min.min(execution_time);
        self.max = self.max.max(execution_time);
        self.histogram.record(execution_time);
    }

    /// Adds all of another aggregate.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.histogram.merge(&other.histogram);
    }

    /// The distribution; percentiles are those of the histogram.
    pub fn distribution(&self) -> Distribution {
        if self.count == 0 {
            return Distribution::default();
        }
        let at = |part| {
            let found = self.histogram.at_rank(rank(self.count, part));
            found.map(|value| value.clamp(self.min, self.max))
        };
        Distribution {
            count: self.count,
            rate: 0.0,
            min: Some(self.min),
            mean: Some((self.sum / self.count as f64).clamp(self.min, self.max)),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            max: Some(self.max),
        }
    }
}

/// The exact distribution of execution times.
pub fn exact(mut times: Vec<f64>) -> Distribution {
    times.sort_unstable_by(f64::total_cmp);
    let (Some(min), Some(max)) = (times.first().copied(), times.last().copied()) else {
        return Distribution::default();
    };
    let count = times.len() as u64;
    let at = |part| times.get(rank(count, part) as usize - 1).copied();
    Distribution {
        count,
        rate: 0.0,
        min: Some(min),
        mean: Some((times.iter().sum::<f64>() / count as f64).clamp(min, max)),
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        max: Some(max),
    }
}

/// The rank, from 1 on, of a percentile.
fn rank(count: u64, part: f64) -> u64 {
    ((count as f64 * part).ceil() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_percentiles_are_exact_and_these_stay_between_the_ends() {
        let times: Vec<_> = (1..=1_000).map(|number| f64::from(number) / 1e3).collect();
        let (mut aggregate, mut others) = (Aggregate::default(), Aggregate::default());
        times[..400].iter().for_each(|time| aggregate.record(*time));
        times[400..].iter().for_each(|time| others.record(*time));
        aggregate.merge(&others);
        let (found, exact) = (aggregate.distribution(), exact(times));
        assert_eq!((found.count, found.min, found.max), (exact.count, exact.min, exact.max));
        assert!((found.mean.unwrap() - 0.5005).abs() < 1e-12);
        assert_eq!((exact.p50, exact.p90, exact.p99), (Some(0.5), Some(0.9), Some(0.99)));
        for (found, exact) in
            [(found.p50, exact.p50), (found.p90, exact.p90), (found.p99, exact.p99)]
        {
            assert!((found.unwrap() / exact.unwrap() - 1.0).abs() <= 1.0 / 32.0);
        }
    }

    #[test]
    fn one_execution_is_every_percentile() {
        let mut aggregate = Aggregate::default();
        aggregate.record(0.7);
        let found = aggregate.distribution();
        assert_eq!(found, exact(vec![0.7]));
        assert_eq!((found.p50, found.p99, found.mean), (Some(0.7), Some(0.7), Some(0.7)));
        assert_eq!(Aggregate::default().distribution(), exact(Vec::new()));
    }
}
