//! One stat of all files.

use std::borrow::Cow;

use mmstats::{Aggregate, Aggregator, HistogramSnapshot, Kind, Series, Stat, Value, Verdict};

use super::aggregation::{aggregate_of, is_current_state, is_unset};
use super::combined::Combined;
use super::subject::Subject;
use super::weighted_mean::WeightedMean;

mod merge;

/// One stat of all files.
#[derive(Clone, Debug)]
pub struct Total {
    /// Its label; what isn't UTF-8 is replaced.
    pub label: String,
    /// Whether its label is UTF-8.
    is_text: bool,
    /// Its kind, if a file has one.
    pub kind: Option<Kind>,
    /// Its unit, or an empty text.
    pub unit: String,
    /// Its help text, or an empty text.
    pub help: String,
    /// Whether it is buffered: a value that changes.
    pub buffered: bool,
    /// How values of several files become one.
    pub aggregate: Aggregate,
    /// What it is about; if files disagree, what is shown first.
    pub subject: Subject,
    /// The number of files whose value counts.
    pub files: u64,
    /// The number of files whose value doesn't count because their program is dead.
    pub dead: u64,
    /// The number of files whose value doesn't count because it is NaN, or an average or a timer that
    /// isn't finite.
    pub invalid: u64,
    /// The number of files whose program is dead, whether their value counts or not.
    pub dead_files: u64,
    /// The number of all other files, whether their value counts or not.
    pub live_files: u64,
    histogram: Option<HistogramSnapshot>,
    /// The values that count; of averages and timers the means of those that have any values.
    values: Vec<Value<'static>>,
    /// The mean of averages and timers.
    mean: WeightedMean,
    /// The first value that doesn't count.
    first_invalid: Option<f64>,
    /// The values of the other components in all files.
    components: Vec<(Cow<'static, str>, Vec<Value<'static>>)>,
}

impl Total {
    pub(super) fn of(stat: &Stat<'_>, subject: Subject) -> Self {
        let label = stat.label();
        Self {
            is_text: matches!(label, Cow::Borrowed(_)),
            label: label.into_owned(),
            kind: stat.kind(),
            unit: stat.unit().to_owned(),
            help: stat.help().to_owned(),
            buffered: stat.is_buffered(),
            aggregate: aggregate_of(stat),
            subject,
            files: 0,
            dead: 0,
            invalid: 0,
            dead_files: 0,
            live_files: 0,
            histogram: None,
            values: Vec::new(),
            mean: WeightedMean::default(),
            first_invalid: None,
            components: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, stat: &Stat<'_>, verdict: Verdict, now: f64) {
        if self.kind.is_none() && stat.kind().is_some() {
            self.adopt_declaration(stat);
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
        } else if self.has_mean() {
            self.add_mean(stat);
        } else {
            self.add_value(stat.value());
        }
    }

    /// The first files were the original's, which don't declare kinds.
    fn adopt_declaration(&mut self, stat: &Stat<'_>) {
        let Self { kind, unit, help, aggregate, .. } = Self::of(stat, self.subject);
        (self.kind, self.unit, self.help, self.aggregate) = (kind, unit, help, aggregate);
        if self.has_mean() {
            let means = self.values.iter().filter_map(Value::as_f64);
            means.for_each(|mean| self.mean.add(mean, None));
        }
    }

    const fn has_mean(&self) -> bool {
        matches!(self.kind, Some(Kind::Average | Kind::Timer))
    }

    /// A histogram with other buckets than the first can't be merged; it is left out.
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
            Value::Float(number) if number.is_nan() => self.exclude(number),
            value => self.values.extend(value.to_static()),
        }
    }

    fn exclude(&mut self, number: f64) {
        self.files -= 1;
        self.invalid += 1;
        self.first_invalid = self.first_invalid.or(Some(number));
    }

    fn add_mean(&mut self, stat: &Stat<'_>) {
        let Some(mean) = stat.value().as_f64() else {
            return;
        };
        let total = stat.component("total").and_then(|total| total.as_f64());
        let mut numbers = [Some(mean), total].into_iter().flatten();
        if let Some(invalid) = numbers.find(|number| !number.is_finite()) {
            return self.exclude(invalid);
        }
        let count = stat.mean_count();
        match (total, count) {
            (Some(total), Some(count)) => self.mean.add_total(total, count as f64),
            _ => self.mean.add(mean, count),
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

    /// What its label says. A label that isn't UTF-8 is a plain name.
    pub fn series(&self) -> Series<'_> {
        if self.is_text { Series::parse(&self.label) } else { Series::new(&*self.label) }
    }

    /// The histogram of all files.
    pub const fn histogram(&self) -> Option<&HistogramSnapshot> {
        self.histogram.as_ref()
    }

    /// The name of the first component; empty where there is only one.
    pub fn first_component(&self) -> &str {
        if self.components.is_empty() { "" } else { "mean" }
    }

    /// The combined first components.
    pub fn combined(&self) -> Combined<'_> {
        if self.files == 0
            && let Some(invalid) = self.first_invalid
        {
            return Combined::One(Value::Float(invalid));
        }
        match self.aggregator() {
            _ if self.kind == Some(Kind::UpDownCounter) => Combined::wrapping_sum(&self.values),
            _ if self.is_mean() && self.mean.added() == 0 => Combined::Nothing,
            _ if self.is_mean() => Combined::One(Value::Float(self.mean.mean().unwrap_or(0.0))),
            Some(aggregator) => Combined::one(aggregator.apply(self.values.iter().cloned())),
            None => Combined::each(&self.values),
        }
    }

    /// Whether the values become the mean of all of them: those of averages and timers, unless
    /// the least or the greatest mean was asked for.
    const fn is_mean(&self) -> bool {
        self.has_mean() && matches!(self.aggregate, Aggregate::Sum | Aggregate::Each)
    }

    /// The least and the greatest mean of an average, if files differ.
    pub fn range_of_means(&self) -> Option<(Value<'_>, Value<'_>)> {
        let is_average = self.kind == Some(Kind::Average) && self.is_mean();
        match is_average.then(|| Combined::each(&self.values))? {
            Combined::Range { least, greatest } => Some((least, greatest)),
            _ => None,
        }
    }

    /// The other components that add up: count, total, the least and the greatest.
    pub fn components(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let components = self.components.iter().filter(|_| self.is_mean());
        components.filter_map(|(name, values)| {
            let aggregator = match &**name {
                // Of a part of the files it would be no total.
                "count" | "total" if values.len() != self.mean.added() => return None,
                "count" | "total" => Aggregator::Sum,
                "min" => Aggregator::Min,
                "max" | "last_add" => Aggregator::Max,
                // Nobody knows which of the last ones was the last.
                _ => return None,
            };
            Some((&**name, aggregator.apply(values.iter().cloned())?))
        })
    }

    /// All numbers, each with the name of its component.
    pub fn numbers(&self) -> Vec<(&str, Value<'_>)> {
        let mut numbers = match self.combined() {
            Combined::One(value) => vec![(self.first_component(), value)],
            Combined::Range { least, greatest } => vec![("least", least), ("greatest", greatest)],
            Combined::Different | Combined::Nothing => Vec::new(),
        };
        numbers.extend(self.components());
        if let Some((least, greatest)) = self.range_of_means() {
            numbers.extend([("least", least), ("greatest", greatest)]);
        }
        numbers
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
