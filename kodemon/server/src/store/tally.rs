//! Execution times that are added up.

use crate::store::Spread;
use crate::store::histogram::Histogram;

/// How some execution times were spread, in as few bytes as it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub count: u64,
    pub sum: f64,
    pub min: f64,
    pub max: f64,
    pub histogram: Histogram,
}

impl Default for Tally {
    fn default() -> Self {
        let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { count: 0, sum: 0.0, min, max, histogram: Histogram::default() }
    }
}

impl Tally {
    /// One more.
    pub fn record(&mut self, execution_time: f64) {
        self.count += 1;
        self.sum += execution_time;
        self.min = self.min.min(execution_time);
        self.max = self.max.max(execution_time);
        self.histogram.record(execution_time);
    }

    /// All of another one.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.histogram.merge(&other.histogram);
    }

    /// As it is told: percentiles are as the histogram has them.
    pub fn spread(&self) -> Spread {
        if self.count == 0 {
            return Spread::default();
        }
        let at = |part| {
            let found = self.histogram.at_rank(rank(self.count, part));
            found.map(|value| value.clamp(self.min, self.max))
        };
        Spread {
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

/// How some execution times were spread, exactly.
pub fn exact(mut times: Vec<f64>) -> Spread {
    times.sort_unstable_by(f64::total_cmp);
    let (Some(min), Some(max)) = (times.first().copied(), times.last().copied()) else {
        return Spread::default();
    };
    let count = times.len() as u64;
    let at = |part| times.get(rank(count, part) as usize - 1).copied();
    Spread {
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

/// The place, from 1 on, of the number that this part of all doesn't exceed.
fn rank(count: u64, part: f64) -> u64 {
    ((count as f64 * part).ceil() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_percentiles_are_exact_and_these_stay_between_the_ends() {
        let times: Vec<_> = (1..=1_000).map(|number| f64::from(number) / 1e3).collect();
        let (mut tally, mut others) = (Tally::default(), Tally::default());
        times[..400].iter().for_each(|time| tally.record(*time));
        times[400..].iter().for_each(|time| others.record(*time));
        tally.merge(&others);
        let (told, exact) = (tally.spread(), exact(times));
        assert_eq!((told.count, told.min, told.max), (exact.count, exact.min, exact.max));
        assert!((told.mean.unwrap() - 0.5005).abs() < 1e-12);
        assert_eq!((exact.p50, exact.p90, exact.p99), (Some(0.5), Some(0.9), Some(0.99)));
        for (told, exact) in [(told.p50, exact.p50), (told.p90, exact.p90), (told.p99, exact.p99)] {
            assert!((told.unwrap() / exact.unwrap() - 1.0).abs() <= 1.0 / 32.0);
        }
    }

    #[test]
    fn one_execution_is_every_percentile() {
        let mut tally = Tally::default();
        tally.record(0.7);
        let spread = tally.spread();
        assert_eq!(spread, exact(vec![0.7]));
        assert_eq!((spread.p50, spread.p99, spread.mean), (Some(0.7), Some(0.7), Some(0.7)));
        assert_eq!(Tally::default().spread(), exact(Vec::new()));
    }
}
