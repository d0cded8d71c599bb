//! One value for each stat of all files, in the way that its program declared.
//!
//! Counters, timers and histograms keep what dead programs have counted. What describes the
//! present (a gauge, an up-down counter, a text, a timestamp) comes only from programs that aren't proven dead.
//!
//! One bad value doesn't spoil the others: NaN doesn't count, nor does an average or a timer
//! whose total isn't finite.

use std::borrow::Cow;
use std::collections::HashMap;

use mmstats::{Aggregate, Aggregator, HistogramSnapshot, Kind, Stat, StatsFile, Value, Verdict};

use super::about::About;
pub use super::declared::{aggregate_of, becomes_one, is_current_state, is_unset};
use super::means::Means;
pub use super::together::Together;

/// The stats of all files, in the order in which they first came.
#[derive(Debug, Default)]
pub struct Totals {
    by_label: HashMap<Vec<u8>, usize>,
    totals: Vec<Total>,
}

/// One stat of all files.
#[derive(Debug)]
pub struct Total {
    /// Its label; what isn't UTF-8 is replaced.
    pub label: String,
    /// What it is, where a file tells.
    pub kind: Option<Kind>,
    /// Its unit, or an empty text.
    pub unit: String,
    /// What it means, in words, or an empty text.
    pub help: String,
    /// Whether it is buffered: a value that changes.
    pub buffered: bool,
    /// How it adds up.
    pub aggregate: Aggregate,
    /// What it is about; of several files that disagree, what is shown first.
    pub about: About,
    /// The number of files whose value counts.
    pub files: u64,
    /// The number of files whose value doesn't count, as their program is dead.
    pub dead: u64,
    /// The number of files whose value doesn't count, as it is NaN, or an average or a timer
    /// that isn't finite.
    pub invalid: u64,
    /// The number of files whose program is dead, whether their value counts or not.
    pub dead_files: u64,
    /// The number of all other files, whether their value counts or not.
    pub live_files: u64,
    histogram: Option<HistogramSnapshot>,
    /// The values that count; of averages and timers the means of those that have any values.
    values: Vec<Value<'static>>,
    /// The means of averages and timers.
    means: Means,
    /// The first value that doesn't count.
    odd: Option<f64>,
    /// The values of the other components in all files.
    components: Vec<(Cow<'static, str>, Vec<Value<'static>>)>,
}

impl Totals {
    /// Adds a stat of `file`, whose program is alive or not. A value of a dead program counts
    /// unless it [describes the present](is_current_state). Averages over a window that has
    /// passed and timestamps that were never set have no value.
    pub fn add(&mut self, file: &StatsFile, stat: &Stat<'_>, verdict: Verdict, now: f64) {
        let about = || About::of(file, &stat.label());
        let known = self.by_label.get(stat.label_bytes()).copied();
        let index = known.unwrap_or_else(|| {
            self.by_label.insert(stat.label_bytes().to_owned(), self.totals.len());
            self.totals.push(Total::of(stat, about()));
            self.totals.len() - 1
        });
        let total = &mut self.totals[index];
        if total.about != About::Work {
            total.about = total.about.min(about());
        }
        total.add(stat, verdict, now);
    }

    /// The stats, in the order in which they first came; those of the tools and of the processes
    /// last.
    pub fn iter(&self) -> impl Iterator<Item = &Total> {
        let mut totals: Vec<_> = self.totals.iter().collect();
        totals.sort_by_key(|total| total.about);
        totals.into_iter()
    }
}

impl Total {
    fn of(stat: &Stat<'_>, about: About) -> Self {
        Self {
            label: stat.label().into_owned(),
            kind: stat.kind(),
            unit: stat.unit().to_owned(),
            help: stat.help().to_owned(),
            buffered: stat.is_buffered(),
            aggregate: aggregate_of(stat),
            about,
            files: 0,
            dead: 0,
            invalid: 0,
            dead_files: 0,
            live_files: 0,
            histogram: None,
            values: Vec::new(),
            means: Means::default(),
            odd: None,
            components: Vec::new(),
        }
    }

    fn add(&mut self, stat: &Stat<'_>, verdict: Verdict, now: f64) {
        if self.kind.is_none() && stat.kind().is_some() {
            self.learn(stat);
        }
        let is_dead = verdict == Verdict::Dead;
        self.dead_files += u64::from(is_dead);
        self.live_files += u64::from(!is_dead);
        if is_dead && is_current_state(stat) {
            self.dead += 1;
            return;
        }
        self.files += 1;
        if let Some(histogram) = stat.histogram() {
            self.add_histogram(histogram);
        } else if is_unset(stat, now) {
            // Nothing to add.
        } else if self.has_means() {
            self.add_mean(stat);
        } else {
            self.add_value(stat.value());
        }
    }

    /// The first files didn't tell what it is: they are the original's.
    fn learn(&mut self, stat: &Stat<'_>) {
        let Self { kind, unit, help, aggregate, .. } = Self::of(stat, self.about);
        (self.kind, self.unit, self.help, self.aggregate) = (kind, unit, help, aggregate);
        if self.has_means() {
            let means = self.values.iter().filter_map(Value::as_f64);
            means.for_each(|mean| self.means.add(mean, None));
        }
    }

    const fn has_means(&self) -> bool {
        matches!(self.kind, Some(Kind::Average | Kind::Timer))
    }

    /// A histogram of other buckets can't be added to the first ones; it is left out.
    fn add_histogram(&mut self, histogram: HistogramSnapshot) {
        match &mut self.histogram {
            None => self.histogram = Some(histogram),
            Some(sum) => {
                if !sum.merge(&histogram) {
                    self.files -= 1;
                }
            }
        }
    }

    fn add_value(&mut self, value: Value<'_>) {
        match value {
            Value::Float(number) if number.is_nan() => self.leave_out(number),
            value => self.values.extend(value.to_static()),
        }
    }

    fn leave_out(&mut self, number: f64) {
        self.files -= 1;
        self.invalid += 1;
        self.odd = self.odd.or(Some(number));
    }

    fn add_mean(&mut self, stat: &Stat<'_>) {
        let Some(mean) = stat.value().as_f64() else {
            return;
        };
        let total = stat.component("total").and_then(|total| total.as_f64());
        if let Some(odd) = [Some(mean), total].into_iter().flatten().find(|it| !it.is_finite()) {
            return self.leave_out(odd);
        }
        let count = stat.mean_count();
        match (total, count) {
            (Some(total), Some(count)) => self.means.add_total(total, count as f64),
            _ => self.means.add(mean, count),
        }
        // What never happened has no mean, no least and no greatest.
        let counted = count != Some(0);
        self.values.extend(counted.then_some(Value::Float(mean)));
        let wanted = |name: &str| counted || !matches!(name, "min" | "max");
        for (name, value) in stat.components().skip(1).filter(|(name, _)| wanted(name)) {
            self.add_component(name, &value);
        }
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

    /// The histogram of all files.
    pub const fn histogram(&self) -> Option<&HistogramSnapshot> {
        self.histogram.as_ref()
    }

    /// The name of the first component; empty where there is only one.
    pub fn first_component(&self) -> &str {
        if self.components.is_empty() { "" } else { "mean" }
    }

    /// What the first components together are.
    pub fn together(&self) -> Together<'_> {
        if self.files == 0
            && let Some(odd) = self.odd
        {
            return Together::One(Value::Float(odd));
        }
        match self.aggregator() {
            _ if self.kind == Some(Kind::UpDownCounter) => Together::wrapping_sum(&self.values),
            _ if self.is_mean() && self.means.added() == 0 => Together::Nothing,
            _ if self.is_mean() => Together::One(Value::Float(self.means.mean().unwrap_or(0.0))),
            Some(aggregator) => Together::one(aggregator.apply(self.values.iter().cloned())),
            None => Together::each(&self.values),
        }
    }

    /// Whether the values become the mean of all of them: those of averages and timers, unless
    /// the least or the greatest mean was asked for.
    const fn is_mean(&self) -> bool {
        self.has_means() && matches!(self.aggregate, Aggregate::Sum | Aggregate::Each)
    }

    /// The least and the greatest of an average's means, where files differ.
    pub fn range_of_means(&self) -> Option<(Value<'_>, Value<'_>)> {
        let is_average = self.kind == Some(Kind::Average) && self.is_mean();
        match is_average.then(|| Together::each(&self.values))? {
            Together::Range { least, greatest } => Some((least, greatest)),
            _ => None,
        }
    }

    /// The other components that add up: count, total, the least and the greatest.
    pub fn components(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let components = self.components.iter().filter(|_| self.is_mean());
        components.filter_map(|(name, values)| {
            let aggregator = match &**name {
                // Of a part of the files it would be no total.
                "count" | "total" if values.len() != self.means.added() => return None,
                "count" | "total" => Aggregator::Sum,
                "min" => Aggregator::Min,
                "max" | "last_add" => Aggregator::Max,
                // Which of the last ones was the last nobody knows.
                _ => return None,
            };
            Some((&**name, aggregator.apply(values.iter().cloned())?))
        })
    }

    /// `None`: each value stands for itself.
    const fn aggregator(&self) -> Option<Aggregator> {
        match self.aggregate {
            Aggregate::Sum => Some(Aggregator::Sum),
            Aggregate::Min => Some(Aggregator::Min),
            Aggregate::Max => Some(Aggregator::Max),
            _ => None,
        }
    }
}
