//! What all files have counted since the last poll, by label.

use mmstats::{Aggregate, Changes, FileChange, HistogramSnapshot, Increase, Kind, Stat};
use mmstats_tools::common::aggregation::aggregate_of;
use mmstats_tools::common::label_index::LabelIndex;

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

/// What is new in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowIncrease {
    /// Counts, or values of a histogram.
    Count(u64),
    /// How many values, and their sum.
    Total(u64, f64),
}

impl RowIncrease {
    /// What is new in both.
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
    /// Adds up what is new.
    pub fn of(changes: &Changes) -> Self {
        let mut increases = Self::default();
        let files = changes.files().iter().filter(|file| !file.is_unchanged());
        files.for_each(|file| increases.add_file(file));
        increases
    }

    fn add_file(&mut self, change: &FileChange) {
        for stat in change.file().stats() {
            if let Some(increase) = change.increase(&stat) {
                self.add(&stat, increase);
            }
        }
    }

    fn add(&mut self, stat: &Stat<'_>, increase: Increase) {
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
    pub fn count(&self, label: &str, kind: Option<Kind>) -> Option<RowIncrease> {
        let sums = self.get(label)?;
        let increase = match kind {
            Some(Kind::Timer | Kind::Average) => RowIncrease::Total(sums.values.0, sums.values.1),
            Some(Kind::Histogram) => RowIncrease::Count(sums.histogram.as_ref()?.count()),
            _ => RowIncrease::Count(sums.count),
        };
        let (RowIncrease::Count(count) | RowIncrease::Total(count, _)) = increase;
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
