//! One value for each stat of all files, aggregated as its program declared, or for each group of
//! series.
//!
//! Counters, timers and histograms keep what dead programs have counted. What describes the present
//! (a gauge, an up-down counter, a text, a timestamp) comes only from programs that aren't proven
//! dead.
//!
//! One bad value doesn't spoil the others: NaN doesn't count, nor does an average or a timer whose
//! total isn't finite.

use std::borrow::Cow;
use std::collections::HashMap;

use mmstats::{Kind, Stat, StatsFile, Verdict};

use crate::grouping::Grouping;
use crate::label_index::LabelIndex;
use crate::subject::Subject;
use crate::total::Total;

/// The stats of all files, in the order in which they first came.
#[derive(Debug, Default)]
pub struct Totals {
    /// Without it, each label is a group of its own.
    grouping: Option<Grouping>,
    groups: LabelIndex,
    /// For each group the index of its first total.
    firsts: Vec<usize>,
    /// The other totals of groups, by group, kind and unit: what one name means in one program may
    /// be something else in another.
    others: HashMap<(usize, Option<Kind>, String), usize>,
    list: Vec<Total>,
    /// How many files have been added.
    files: u64,
}

impl Totals {
    /// Totals over dimensions, too: series that differ only in those that aren't kept are added up,
    /// if their kinds and units are the same.
    pub fn by(grouping: Grouping) -> Self {
        Self { grouping: Some(grouping), ..Self::default() }
    }

    /// Begins a file, whose program is alive or not; its stats are added to what is returned.
    pub fn file<'a>(&'a mut self, file: &'a StatsFile, verdict: Verdict, now: f64) -> FileSum<'a> {
        self.files += 1;
        FileSum { totals: self, file, verdict, now }
    }

    /// The stats, in the order in which they first came; those that aren't about the work of
    /// programs last.
    pub fn iter(&self) -> impl Iterator<Item = &Total> {
        let mut totals: Vec<_> = self.list.iter().collect();
        totals.sort_by_key(|total| total.subject);
        totals.into_iter()
    }

    /// The index of the total of a stat; a new one's is the number of totals.
    fn index_of(&mut self, stat: &Stat<'_>, group: &[u8]) -> usize {
        let new = self.list.len();
        let group = self.groups.number(group);
        let Some(&first) = self.firsts.get(group) else {
            self.firsts.push(new);
            return new;
        };
        if self.grouping.is_none() || self.list[first].accepts(stat) {
            return first;
        }
        let key = (group, stat.kind(), stat.unit().to_owned());
        *self.others.entry(key).or_insert(new)
    }
}

/// Adds stats of one file to totals.
#[derive(Debug)]
pub struct FileSum<'a> {
    totals: &'a mut Totals,
    file: &'a StatsFile,
    verdict: Verdict,
    now: f64,
}

impl FileSum<'_> {
    /// Adds a stat. A value of a dead program counts unless it is a
    /// [state](super::aggregation::is_current_state). Averages over a window that has passed and
    /// timestamps that were never set have no value.
    pub fn add(&mut self, stat: &Stat<'_>) {
        let Self { totals, file, verdict, now } = self;
        let label = stat.label_bytes();
        let group = match &totals.grouping {
            Some(grouping) => grouping.label_of(label),
            None => Cow::Borrowed(label),
        };
        let subject = || Subject::of(file, &stat.label());
        let index = totals.index_of(stat, &group);
        if index == totals.list.len() {
            totals.list.push(Total::of(stat, &group, subject()));
        }
        let total = &mut totals.list[index];
        if total.subject != Subject::Work {
            total.subject = total.subject.min(subject());
        }
        total.add(stat, totals.files, *verdict, *now);
    }
}

#[cfg(test)]
mod tests;
