//! What all files have counted since the last poll, by label.

use mmstats::{Aggregate, Changes, FileChange, HistogramSnapshot, Increase, Kind, Stat};

use crate::aggregation::aggregate_of;
use crate::label_index::LabelIndex;

/// What all files have counted since the last poll, by label. Files that came since then count
/// from zero, and those that are gone with what they counted last.
#[derive(Debug, Default)]
pub struct Increases {
    labels: LabelIndex,
    sums: Vec<Sums>,
}

/// What the files with one label have counted. They needn't agree on its kind.
#[derive(Debug, Default)]
struct Sums {
    /// Of counters.
    count: u64,
    /// Of timers and averages: how many values, and their sum.
    values: (u64, f64),
    /// Of histograms with the buckets of the first.
    histogram: Option<HistogramSnapshot>,
}

/// What is new in a stat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Increased {
    /// Counts, or values of a histogram.
    Count(u64),
    /// How many values, and their sum.
    Total(u64, f64),
}

impl Increased {
    /// What is new in both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Total(count, total), Self::Total(more, sum)) => {
                Self::Total(count.saturating_add(more), total + sum)
            }
            (
                Self::Count(count) | Self::Total(count, _),
                Self::Count(more) | Self::Total(more, _),
            ) => Self::Count(count.saturating_add(more)),
        }
    }
}

impl Increases {
    /// Adds up what is new in all files.
    pub fn of(changes: &Changes) -> Self {
        let mut increases = Self::default();
        changes.files().iter().for_each(|file| increases.add_file(file));
        increases
    }

    /// Adds what is new in a file.
    pub fn add_file(&mut self, change: &FileChange) {
        if change.is_unchanged() {
            return;
        }
        for stat in change.file().stats() {
            if let Some(increase) = change.increase(&stat) {
                self.add(&stat, increase);
            }
        }
    }

    /// Adds what is new in a stat of a file.
    pub fn add(&mut self, stat: &Stat<'_>, increase: Increase) {
        let aggregate = || aggregate_of(stat);
        match increase {
            Increase::Count(count @ 1..) if aggregate() == Aggregate::Sum => {
                let sum = &mut self.sums_of(stat).count;
                *sum = sum.saturating_add(count);
            }
            Increase::Total { count: count @ 1.., total }
                if total.is_finite() && matches!(aggregate(), Aggregate::Sum | Aggregate::Each) =>
            {
                let (counts, sum) = &mut self.sums_of(stat).values;
                *counts = counts.saturating_add(count);
                *sum += total;
            }
            Increase::Histogram(new) if new.count() > 0 => {
                match &mut self.sums_of(stat).histogram {
                    // Other buckets can't be added.
                    Some(sum) => _ = sum.merge(&new),
                    none => *none = Some(new),
                }
            }
            _ => {}
        }
    }

    fn sums_of(&mut self, stat: &Stat<'_>) -> &mut Sums {
        let index = self.labels.number(stat.label().as_bytes());
        if index == self.sums.len() {
            self.sums.push(Sums::default());
        }
        &mut self.sums[index]
    }

    /// What a stat of this kind has counted; `None` if nothing.
    pub fn count(&self, label: &str, kind: Option<Kind>) -> Option<Increased> {
        let sums = self.get(label)?;
        let increase = match kind {
            Some(Kind::Timer | Kind::Average) => Increased::Total(sums.values.0, sums.values.1),
            Some(Kind::Histogram) => Increased::Count(sums.histogram.as_ref()?.count()),
            _ => Increased::Count(sums.count),
        };
        let (Increased::Count(count) | Increased::Total(count, _)) = increase;
        (count > 0).then_some(increase)
    }

    /// The values that a histogram took; `None` if it took none.
    pub fn histogram(&self, label: &str) -> Option<&HistogramSnapshot> {
        self.get(label)?.histogram.as_ref()
    }

    fn get(&self, label: &str) -> Option<&Sums> {
        Some(&self.sums[self.labels.get(label.as_bytes())?])
    }
}
