//! One stat of all files, or several of one name.

use std::borrow::Cow;

use mmstats::{Aggregate, Aggregator, HistogramSnapshot, Kind, Series, Stat, Value};

use crate::aggregation::aggregate_of;
use crate::combined::Combined;
use crate::file_count::FileCount;
use crate::subject::Subject;
use crate::weighted_mean::WeightedMean;

mod add;
mod merge;

/// One stat of all files, or several of one name added up.
#[derive(Clone, Debug)]
pub struct Total {
    /// Its label, or that of the group; what isn't UTF-8 is replaced.
    pub label: String,
    /// Whether its label is UTF-8.
    pub is_text: bool,
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
    /// Files with a value that counts.
    pub files: FileCount,
    /// Files with a value that doesn't count because their program is dead.
    pub dead: FileCount,
    /// Files with a value that doesn't count because it is NaN, or an average or a timer that isn't
    /// finite. If several stats of a file are added up, another of them may count.
    pub invalid: FileCount,
    /// Files whose program is dead, whether their values count or not.
    pub dead_files: FileCount,
    /// All other files, whether their values count or not.
    pub live_files: FileCount,
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
    /// The total of stats like this one, with the label of its group; without any value yet.
    pub(crate) fn of(stat: &Stat<'_>, label: &[u8], subject: Subject) -> Self {
        let label = String::from_utf8_lossy(label);
        Self {
            is_text: matches!(label, Cow::Borrowed(_)),
            label: label.into_owned(),
            kind: stat.kind(),
            unit: stat.unit().to_owned(),
            help: stat.help().to_owned(),
            buffered: stat.is_buffered(),
            aggregate: aggregate_of(stat),
            subject,
            files: FileCount::default(),
            dead: FileCount::default(),
            invalid: FileCount::default(),
            dead_files: FileCount::default(),
            live_files: FileCount::default(),
            histogram: None,
            values: Vec::new(),
            mean: WeightedMean::default(),
            first_invalid: None,
            components: Vec::new(),
        }
    }

    const fn has_mean(&self) -> bool {
        matches!(self.kind, Some(Kind::Average | Kind::Timer))
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
        if self.files.get() == 0
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
                _ => Aggregator::Max,
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
