//! A number of files, each counted once.

use std::ops::RangeInclusive;

/// A number of files. One counts once, however many of its stats are added up.
#[derive(Clone, Debug, Default)]
pub struct FileCount {
    count: u64,
    /// The numbers of the files, in ascending order, with gaps between the runs. A stat is mostly in
    /// all files of a program, which follow each other.
    runs: Vec<RangeInclusive<u64>>,
}

impl FileCount {
    /// Adds a file by its number, which is that of the last one or a greater one.
    pub(crate) fn add(&mut self, file: u64) {
        match self.runs.last_mut() {
            Some(last) if *last.end() == file => return,
            Some(last) if *last.end() + 1 == file => *last = *last.start()..=file,
            _ => self.runs.push(file..=file),
        }
        self.count += 1;
    }

    /// Adds the files of another count, whose numbers mean the same.
    pub(crate) fn merge(&mut self, other: &Self) {
        // Mostly series of a name are in the same files.
        if other.runs.iter().all(|run| self.contains(run)) {
            return;
        }
        let mut runs: Vec<_> = self.runs.iter().chain(&other.runs).cloned().collect();
        runs.sort_unstable_by_key(|run| *run.start());
        self.runs.clear();
        for run in runs {
            match self.runs.last_mut() {
                Some(last) if *run.start() <= *last.end() + 1 => {
                    *last = *last.start()..=*last.end().max(run.end());
                }
                _ => self.runs.push(run),
            }
        }
        self.count = self.runs.iter().map(|run| run.end() - run.start() + 1).sum();
    }

    fn contains(&self, run: &RangeInclusive<u64>) -> bool {
        let behind = self.runs.partition_point(|own| own.start() <= run.start());
        self.runs[..behind].last().is_some_and(|own| own.end() >= run.end())
    }

    /// How many files were added.
    pub const fn get(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[u64]) -> FileCount {
        let mut count = FileCount::default();
        for file in files {
            count.add(*file);
        }
        count
    }

    #[test]
    fn a_file_that_is_in_both_counts_once() {
        for (one, other, together) in [
            (&[][..], &[][..], 0),
            (&[1, 1, 2, 3, 3], &[], 3),
            (&[1, 2, 3], &[2], 3),
            (&[2], &[1, 2, 3], 3),
            (&[1, 3, 5], &[2, 4], 5),
            (&[1, 2, 7, 8], &[2, 3, 8, 9], 6),
            (&[1, 9], &[3, 9, 11], 4),
        ] {
            for (mut sum, more) in [(of(one), of(other)), (of(other), of(one))] {
                sum.merge(&more);
                assert_eq!(sum.get(), together, "{one:?} {other:?}");
                let gaps = sum.runs.windows(2).all(|runs| runs[0].end() + 1 < *runs[1].start());
                assert!(gaps, "{sum:?}");
            }
        }
    }
}
