//! The mean of several means, each weighted by its number of values.

/// Adds up means and totals.
#[derive(Clone, Copy, Debug, Default)]
pub struct WeightedMean {
    total: f64,
    weight: f64,
    added: usize,
}

impl WeightedMean {
    /// Adds a mean over `count` values; one whose count isn't known weighs as much as one value.
    pub fn add(&mut self, mean: f64, count: Option<u64>) {
        let weight = count.map_or(1.0, |count| count as f64);
        self.add_total(mean * weight, weight);
    }

    /// Adds values by their total, which is more exact than their mean.
    pub fn add_total(&mut self, total: f64, count: f64) {
        self.total += total;
        self.weight += count;
        self.added += 1;
    }

    /// Adds what was added to another one.
    pub fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.weight += other.weight;
        self.added += other.added;
    }

    /// How many means and totals were added.
    pub const fn added(&self) -> usize {
        self.added
    }

    /// The mean of all values; `None` where there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.total / self.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mean_weighs_as_many_values_as_it_is_over() {
        let mut means = WeightedMean::default();
        assert_eq!((means.added(), means.mean()), (0, None));
        means.add(0.0, Some(0));
        assert_eq!((means.added(), means.mean()), (1, None));
        means.add(1.0, Some(1000));
        means.add_total(1001.0, 1.0);
        assert_eq!(means.mean(), Some(2001.0 / 1001.0));
    }

    #[test]
    fn a_mean_of_unknown_count_weighs_as_one_value() {
        let mut means = WeightedMean::default();
        means.add(1.0, None);
        means.add(2.0, None);
        assert_eq!(means.mean(), Some(1.5));
    }
}
