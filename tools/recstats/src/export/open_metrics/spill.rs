//! Samples by series, in a temporary file where they are too many for memory.
//!
//! The file has runs: the samples of the series 0, 1, 2 … of some time, then where each begins and where
//! the last one ends. A series is read from run to run.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use mmstats_exposition::Sample;

use super::point;

/// Samples by series.
#[derive(Debug)]
pub struct Spill {
    directory: PathBuf,
    /// How many bytes are kept in memory.
    limit: usize,
    /// What isn't in the file.
    series: Vec<Vec<u8>>,
    bytes: usize,
    file: Option<File>,
    runs: Vec<Run>,
    /// Where the file ends.
    end: u64,
}

/// A run of the file.
#[derive(Debug)]
struct Run {
    /// Where it says where its series begin.
    table: u64,
    /// How many series it has.
    series: usize,
}

/// The samples of a series, as bytes.
#[derive(Debug)]
pub struct Stored(Vec<u8>);

impl Spill {
    /// Without samples; the file would be in `directory`.
    pub fn new(directory: PathBuf, limit: usize) -> Self {
        let (series, runs) = (Vec::new(), Vec::new());
        Self { directory, limit, series, bytes: 0, file: None, runs, end: 0 }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// Adds a sample; those of a series in the order of their times.
    pub fn push(&mut self, series: usize, time: i64, sample: &Sample) -> io::Result<()> {
        if self.series.len() <= series {
            self.series.resize_with(series + 1, Vec::new);
        }
        let bytes = &mut self.series[series];
        let before = bytes.len();
        point::push(bytes, time, sample);
        self.bytes += bytes.len() - before;
        if self.bytes >= self.limit { self.write() } else { Ok(()) }
    }

    /// Moves what is in memory into the file.
    fn write(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(&self.directory)?,
        };
        let file = self.file.insert(file);
        let mut starts = Vec::with_capacity((self.series.len() + 1) * 8);
        for bytes in &mut self.series {
            starts.extend(self.end.to_le_bytes());
            file.write_all_at(bytes, self.end)?;
            self.end += bytes.len() as u64;
            *bytes = Vec::new();
        }
        starts.extend(self.end.to_le_bytes());
        self.runs.push(Run { table: self.end, series: self.series.len() });
        file.write_all_at(&starts, self.end)?;
        self.end += starts.len() as u64;
        self.bytes = 0;
        Ok(())
    }

    /// Reads the samples of a series, and forgets those in memory.
    pub fn read(&mut self, series: usize) -> io::Result<Stored> {
        let mut stored = Vec::new();
        if let Some(file) = &self.file {
            for run in self.runs.iter().filter(|run| series < run.series) {
                let mut bounds = [0; 16];
                file.read_exact_at(&mut bounds, run.table + series as u64 * 8)?;
                let (bounds, _) = bounds.as_chunks();
                let [start, end] = [bounds[0], bounds[1]].map(u64::from_le_bytes);
                let before = stored.len();
                stored.resize(before + (end - start) as usize, 0);
                file.read_exact_at(&mut stored[before..], start)?;
            }
        }
        if let Some(bytes) = self.series.get_mut(series) {
            stored.append(bytes);
        }
        Ok(Stored(stored))
    }
}

impl Stored {
    /// Calls `action` with each sample and its time.
    pub fn for_each(
        &self,
        mut action: impl FnMut(i64, &Sample) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut bytes = &self.0[..];
        while let Some((time, sample)) = point::take(&mut bytes) {
            action(time, &sample)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mmstats_exposition::SampleValue;
    use tempfile::TempDir;

    use super::*;

    /// The numbers of a series.
    fn numbers(spill: &mut Spill, series: usize) -> Vec<(i64, u64)> {
        let mut found = Vec::new();
        let read = spill.read(series).unwrap().for_each(|time, sample| {
            let Sample::Counter(SampleValue::Unsigned(number)) = sample else {
                panic!("{sample:?}")
            };
            found.push((time, *number));
            Ok(())
        });
        read.unwrap();
        found
    }

    #[test]
    fn each_series_comes_back_whatever_is_in_the_file() {
        let directory = TempDir::new().unwrap();
        // Nothing in the file, all of it, and runs that know fewer series than came later.
        for limit in [usize::MAX, 1, 40, 500] {
            let mut spill = Spill::new(directory.path().to_owned(), limit);
            for time in 0..40_u64 {
                for series in (0..=time / 10).filter(|series| time % (series + 1) == 0) {
                    let sample = Sample::Counter(SampleValue::Unsigned(time * 100 + series));
                    spill.push(series as usize, time as i64, &sample).unwrap();
                }
            }
            assert_eq!(spill.file.is_some(), limit < 600, "{limit}");
            for series in 0..4_u64 {
                let times = (series * 10..40).filter(|time| time % (series + 1) == 0);
                let expected: Vec<_> =
                    times.map(|time| (time as i64, time * 100 + series)).collect();
                assert_eq!(numbers(&mut spill, series as usize), expected, "{limit}");
            }
            assert_eq!(numbers(&mut spill, 9), []);
        }
        assert_eq!(directory.path().read_dir().unwrap().count(), 0, "it has no name");
    }
}
