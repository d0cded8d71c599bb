//! One value for each stat of all files, aggregated as its program declared.
//!
//! Counters, timers and histograms keep what dead programs have counted. What describes the present
//! (a gauge, an up-down counter, a text, a timestamp) comes only from programs that aren't proven
//! dead.
//!
//! One bad value doesn't spoil the others: NaN doesn't count, nor does an average or a timer whose
//! total isn't finite.

use mmstats::{Stat, StatsFile, Verdict};

use super::label_index::LabelIndex;
use super::subject::Subject;
use super::total::Total;

/// The stats of all files, in the order in which they first came.
#[derive(Debug, Default)]
pub struct Totals {
    labels: LabelIndex,
    totals: Vec<Total>,
}

impl Totals {
    /// Adds a stat of `file`, whose program is alive or not. A value of a dead program counts unless
    /// it is a [state](super::aggregation::is_current_state). Averages over a window that has
    /// passed and timestamps that were never set have no value.
    pub fn add(&mut self, file: &StatsFile, stat: &Stat<'_>, verdict: Verdict, now: f64) {
        let subject = || Subject::of(file, &stat.label());
        let index = self.labels.number(stat.label_bytes());
        if index == self.totals.len() {
            self.totals.push(Total::of(stat, subject()));
        }
        let total = &mut self.totals[index];
        if total.subject != Subject::Work {
            total.subject = total.subject.min(subject());
        }
        total.add(stat, verdict, now);
    }

    /// The stats, in the order in which they first came; those that aren't about the work of
    /// programs last.
    pub fn iter(&self) -> impl Iterator<Item = &Total> {
        let mut totals: Vec<_> = self.totals.iter().collect();
        totals.sort_by_key(|total| total.subject);
        totals.into_iter()
    }
}
