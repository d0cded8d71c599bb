//! Adding the stats of files.

use std::borrow::Cow;

use mmstats::{HistogramSnapshot, Stat, Value, Verdict};

use super::Total;
use crate::aggregation::{aggregate_of, is_current_state, is_unset};

/// What became of a value.
enum Added {
    /// It counts.
    Counted,
    /// It doesn't count, because of this number.
    Invalid(f64),
    /// It can't be added to the others.
    LeftOut,
}

impl Total {
    /// Whether stats like this one are added to this total rather than to another with the same
    /// label. What has no kind goes with anything.
    pub(crate) fn accepts(&self, stat: &Stat<'_>) -> bool {
        let is_same = || self.kind == stat.kind() && self.unit == stat.unit();
        self.kind.is_none() || stat.kind().is_none() || is_same()
    }

    /// Adds a stat of the file with this number.
    pub(crate) fn add(&mut self, stat: &Stat<'_>, file: u64, verdict: Verdict, now: f64) {
        if self.kind.is_none() && stat.kind().is_some() {
            self.adopt_declaration(stat);
        }
        let is_dead = verdict == Verdict::Dead;
        let of_life = if is_dead { &mut self.dead_files } else { &mut self.live_files };
        of_life.add(file);
        if is_dead && is_current_state(stat) {
            return self.dead.add(file);
        }
        let added = if let Some(histogram) = stat.histogram() {
            self.add_histogram(histogram)
        } else if is_unset(stat, now) {
            // Nothing to add.
            Added::Counted
        } else if self.has_mean() {
            self.add_mean(stat)
        } else {
            self.add_value(&stat.value())
        };
        match added {
            Added::Counted => self.files.add(file),
            Added::Invalid(number) => {
                self.invalid.add(file);
                self.first_invalid.get_or_insert(number);
            }
            Added::LeftOut => {}
        }
    }

    /// The first files were the original's, which don't declare kinds.
    fn adopt_declaration(&mut self, stat: &Stat<'_>) {
        (self.kind, self.aggregate) = (stat.kind(), aggregate_of(stat));
        (self.unit, self.help) = (stat.unit().to_owned(), stat.help().to_owned());
        if self.has_mean() {
            let means = self.values.iter().filter_map(Value::as_f64);
            means.for_each(|mean| self.mean.add(mean, None));
        }
    }

    /// A histogram with other buckets than the first can't be merged.
    fn add_histogram(&mut self, histogram: HistogramSnapshot) -> Added {
        let Some(sum) = &mut self.histogram else {
            self.histogram = Some(histogram);
            return Added::Counted;
        };
        if sum.merge(&histogram) { Added::Counted } else { Added::LeftOut }
    }

    fn add_value(&mut self, value: &Value<'_>) -> Added {
        match *value {
            Value::Float(number) if number.is_nan() => return Added::Invalid(number),
            _ => self.values.extend(value.to_static()),
        }
        Added::Counted
    }

    fn add_mean(&mut self, stat: &Stat<'_>) -> Added {
        let Some(mean) = stat.value().as_f64() else {
            return Added::Counted;
        };
        let total = stat.component("total").and_then(|total| total.as_f64());
        let mut numbers = [Some(mean), total].into_iter().flatten();
        if let Some(invalid) = numbers.find(|number| !number.is_finite()) {
            return Added::Invalid(invalid);
        }
        let count = stat.mean_count();
        match (total, count) {
            (Some(total), Some(count)) => self.mean.add_total(total, count as f64),
            _ => self.mean.add(mean, count),
        }
        // What never happened has no mean, no least and no greatest.
        let counted = count != Some(0);
        self.values.extend(counted.then_some(Value::Float(mean)));
        for (name, value) in stat.components().skip(1) {
            match &*name {
                "count" | "total" | "last_add" => self.add_component(name, &value),
                "min" | "max" if counted => self.add_component(name, &value),
                // Nobody knows which of the last ones was the last.
                _ => {}
            }
        }
        Added::Counted
    }

    fn add_component(&mut self, name: Cow<'static, str>, value: &Value<'_>) {
        let Some(value) = value.to_static() else {
            return;
        };
        match self.components.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => self.components.push((name, vec![value])),
        }
    }
}
