//! Which columns each label has a part in: found once, not at every poll.

use std::mem;

use mmstats_totals::label_index::LabelIndex;

use super::catalog::LabelId;

/// Bytes of labels that may be known beyond those of the files at present.
const SLACK: usize = 1 << 20;
/// What a label takes beyond its own bytes, about.
const OVERHEAD: usize = 128;

/// What is known of a label of stats.
#[derive(Clone, Copy, Debug, Default)]
pub struct LabelUse {
    /// The columns in which its stats have a part.
    pub columns: [Option<LabelId>; 2],
    /// Whether the user says that it is a gauge.
    pub is_gauge: bool,
    /// How much is known.
    pub stage: Stage,
}

impl LabelUse {
    /// Whether its stats will never be measured.
    pub fn is_unused(&self) -> bool {
        self.stage == Stage::Final && self.columns[0].is_none()
    }
}

/// How much is known of a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing.
    #[default]
    New,
    /// Its columns, by a guess at the kind: another file may say more.
    Guessed,
    /// Its columns; not what they are about.
    Declared,
    /// No file could say more.
    Final,
}

/// Labels of stats and their use.
#[derive(Debug, Default)]
pub struct LabelTable {
    labels: LabelIndex,
    /// For each label what is known of it.
    known: Vec<Known>,
    /// The number of the present file.
    file: u64,
    /// The bytes of all labels.
    size: usize,
    /// The bytes of the labels of all stats since the last check.
    present: usize,
}

#[derive(Debug, Default)]
struct Known {
    label_use: LabelUse,
    /// The last file in which it was measured.
    measured: u64,
}

impl LabelTable {
    /// Begins a file.
    pub fn begin_file(&mut self) {
        self.file += 1;
    }

    /// Ends a poll: forgets everything if most of the labels have gone.
    pub fn end_poll(&mut self) {
        let present = mem::take(&mut self.present);
        if self.size > 2 * present + SLACK {
            *self = Self { file: self.file, ..Self::default() };
        }
    }

    /// The number of a label, and what is known of it.
    #[inline]
    pub fn find(&mut self, label: &[u8]) -> (usize, &LabelUse) {
        let size = label.len() + OVERHEAD;
        self.present += size;
        let number = self.labels.number(label);
        if number == self.known.len() {
            self.size += size;
            self.known.push(Known::default());
        }
        (number, &self.known[number].label_use)
    }

    /// Remembers what is known of the label with this number.
    pub fn set(&mut self, number: usize, label_use: LabelUse) {
        self.known[number].label_use = label_use;
    }

    /// Whether the label with this number comes first in the present file: of a file's stats with
    /// one label the first counts.
    pub fn is_first(&mut self, number: usize) -> bool {
        mem::replace(&mut self.known[number].measured, self.file) != self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_label_in_a_file_the_first_counts() {
        let mut table = LabelTable::default();
        let mut counting = |labels: &str| -> usize {
            table.begin_file();
            let numbers: Vec<_> = labels.bytes().map(|label| table.find(&[label]).0).collect();
            numbers.into_iter().filter(|&number| table.is_first(number)).count()
        };
        assert_eq!([counting("abcab"), counting("cba"), counting("")], [3, 3, 0]);
    }

    #[test]
    fn labels_have_the_same_number_in_any_order() {
        let mut table = LabelTable::default();
        let mut numbers = |labels: &str| -> Vec<usize> {
            table.begin_file();
            labels.bytes().map(|label| table.find(&[label]).0).collect()
        };
        assert_eq!(numbers("abc"), [0, 1, 2]);
        assert_eq!(numbers("xbc"), [3, 1, 2]);
        assert_eq!(numbers("abcxd"), [0, 1, 2, 3, 4]);
        assert_eq!(numbers("dbaax"), [4, 1, 0, 0, 3]);
    }

    #[test]
    fn labels_that_have_gone_are_forgotten() {
        let mut table = LabelTable::default();
        let mut poll = |labels: std::ops::Range<usize>, size: usize| {
            table.begin_file();
            let known = labels.filter(|label| {
                let label = [&label.to_ne_bytes()[..], &vec![b'x'; size]].concat();
                let (number, &label_use) = table.find(&label);
                table.set(number, LabelUse { stage: Stage::Final, ..label_use });
                label_use.is_unused()
            });
            let known = known.count();
            table.end_poll();
            known
        };
        for (count, size) in [(20_000, 0), (40, 60_000)] {
            assert_eq!([poll(0..count, size), poll(0..count, size)], [0, count]);
            let few = [poll(0..5, size), poll(0..5, size), poll(0..5, size)];
            assert_eq!(few, [5, 0, 5], "far more than there are");
        }
    }
}
