//! One value for each stat of all files, in the way that its program declared.
//!
//! Counters, timers and histograms keep what dead programs have counted. What describes the
//! present (a gauge, a text, a timestamp) comes only from programs that aren't proven dead.

use std::borrow::Cow;
use std::collections::HashMap;

use mmstats::{Aggregate, Aggregator, HistogramSnapshot, Kind, Stat, Value, Verdict};

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
    /// The number of files whose value counts.
    pub files: u64,
    /// The number of files whose value doesn't count, as their program is dead.
    pub dead: u64,
    histogram: Option<HistogramSnapshot>,
    /// The values of each component in all files.
    components: Vec<(Cow<'static, str>, Vec<Value<'static>>)>,
}

/// What all values of a stat together are.
#[derive(Debug)]
pub enum Together<'a> {
    /// One value: added up, the least, the greatest, or all are the same.
    One(Value<'a>),
    /// Each number stands for itself.
    Range {
        /// The least of them.
        least: Value<'a>,
        /// The greatest of them.
        greatest: Value<'a>,
    },
    /// Each text stands for itself.
    Different,
    /// No file has a value at present.
    Nothing,
}

impl Totals {
    /// Adds a stat of a file whose program is alive or not. A value of a dead program counts
    /// unless it [describes the present](is_current_state); averages over a window that has
    /// passed have no value.
    pub fn add(&mut self, stat: &Stat<'_>, verdict: Verdict, now: f64) {
        let known = self.by_label.get(stat.label_bytes()).copied();
        let index = known.unwrap_or_else(|| {
            self.by_label.insert(stat.label_bytes().to_owned(), self.totals.len());
            self.totals.push(Total::of(stat));
            self.totals.len() - 1
        });
        self.totals[index].add(stat, verdict, now);
    }

    /// The stats, in the order in which they first came.
    pub fn iter(&self) -> impl Iterator<Item = &Total> {
        self.totals.iter()
    }
}

/// How a stat adds up. Files of the original don't tell; in them a buffered `Q` is a counter.
pub fn aggregate_of(stat: &Stat<'_>) -> Aggregate {
    stat.aggregate().unwrap_or_else(|| match stat.kind() {
        Some(kind) => Aggregate::default_for(kind),
        None if stat.is_buffered() && stat.signature() == "Q" => Aggregate::Sum,
        None => Aggregate::Each,
    })
}

/// Whether a stat says how things are now, which a dead program can't know. What was counted
/// stays counted.
///
/// Of averages, those over all values are counts; those over the last few values or the last
/// seconds describe the present. What has no kind is a counter or a state as
/// [`aggregate_of`] has it.
pub fn is_current_state(stat: &Stat<'_>) -> bool {
    match stat.kind() {
        Some(Kind::Counter | Kind::Timer | Kind::Histogram) => false,
        Some(Kind::Average) => stat.component("total").is_none(),
        Some(_) => true,
        None => aggregate_of(stat) != Aggregate::Sum,
    }
}

impl Total {
    fn of(stat: &Stat<'_>) -> Self {
        Self {
            label: stat.label().into_owned(),
            kind: stat.kind(),
            unit: stat.unit().to_owned(),
            help: stat.help().to_owned(),
            buffered: stat.is_buffered(),
            aggregate: aggregate_of(stat),
            files: 0,
            dead: 0,
            histogram: None,
            components: Vec::new(),
        }
    }

    fn add(&mut self, stat: &Stat<'_>, verdict: Verdict, now: f64) {
        if self.kind.is_none() && stat.kind().is_some() {
            self.learn(stat);
        }
        if verdict == Verdict::Dead && is_current_state(stat) {
            self.dead += 1;
            return;
        }
        self.files += 1;
        if let Some(histogram) = stat.histogram() {
            self.add_histogram(histogram);
        } else if stat.expired(now) {
            // Nothing to add.
        } else if matches!(stat.kind(), Some(Kind::Average | Kind::Timer)) {
            // What never happened has no least and no greatest.
            let counted = stat.component("count").and_then(|count| count.as_u64()) != Some(0);
            let wanted = |name: &str| counted || !matches!(name, "min" | "max");
            for (name, value) in stat.components().filter(|(name, _)| wanted(name)) {
                self.add_component(name, value);
            }
        } else {
            self.add_component(Cow::Borrowed("value"), stat.value());
        }
    }

    /// The first files didn't tell what it is: they are the original's.
    fn learn(&mut self, stat: &Stat<'_>) {
        let Self { kind, unit, help, aggregate, .. } = Self::of(stat);
        (self.kind, self.unit, self.help, self.aggregate) = (kind, unit, help, aggregate);
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

    fn add_component(&mut self, name: Cow<'static, str>, value: Value<'_>) {
        let Some(value) = value.into_owned() else {
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
        match &*self.components {
            [(name, _), _, ..] => name,
            _ => "",
        }
    }

    /// What the first components together are.
    pub fn together(&self) -> Together<'_> {
        let Some((name, values)) = self.components.first() else {
            return Together::Nothing;
        };
        match self.aggregator() {
            Some(Aggregator::Sum) if *name == "mean" => self.mean(values),
            Some(aggregator) => one(aggregator.apply(values.iter().cloned())),
            None => each(values),
        }
    }

    /// The other components that add up: count, total, the least and the greatest.
    pub fn components(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let summed = self.aggregator() == Some(Aggregator::Sum);
        self.components.iter().skip(1).filter(move |_| summed).filter_map(|(name, values)| {
            let aggregator = match &**name {
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

    /// The mean of means, each with its weight: of all values where files tell their total, else
    /// of those that the means are over.
    fn mean<'a>(&'a self, means: &'a [Value<'static>]) -> Together<'a> {
        let numbers = |wanted: &str| {
            let found = self.components.iter().find(|(name, _)| name == wanted);
            found.map(|(_, values)| values.iter().filter_map(Value::as_f64))
        };
        let Some(counts) = numbers("count") else {
            return one(Aggregator::Avg.apply(means.iter().cloned()));
        };
        let count: f64 = counts.clone().sum();
        let total: f64 = match numbers("total") {
            Some(totals) => totals.sum(),
            None => means.iter().filter_map(Value::as_f64).zip(counts).map(|(m, n)| m * n).sum(),
        };
        Together::One(Value::Float(if count == 0.0 { 0.0 } else { total / count }))
    }
}

fn one(value: Option<Value<'_>>) -> Together<'_> {
    value.map_or(Together::Nothing, Together::One)
}

fn each<'a>(values: &'a [Value<'static>]) -> Together<'a> {
    match values {
        [] => Together::Nothing,
        [first, rest @ ..] if rest.iter().all(|value| value == first) => {
            Together::One(first.clone())
        }
        values => {
            let least = Aggregator::Min.apply(values.iter().cloned());
            let greatest = Aggregator::Max.apply(values.iter().cloned());
            match (least, greatest) {
                (Some(least), Some(greatest)) => Together::Range { least, greatest },
                _ => Together::Different,
            }
        }
    }
}
