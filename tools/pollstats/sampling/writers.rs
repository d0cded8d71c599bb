//! Several files of one thread: a thread whose first file is full puts new series into further ones.
//!
//! These have the ids of their process and thread, and of the default fields nothing else.

use std::collections::{HashMap, HashSet};

use mmstats::StatsFile;

use super::filter::{Filter, any_passes};
use super::sample::FileSample;
use crate::common::writers::Writer;

/// The writer of a further file; `None` if it is a first one.
fn of_further(file: &StatsFile) -> Option<Writer> {
    let is_further = file.identity().is_some()
        && !file.stats().any(|stat| stat.label_bytes().ends_with(b"sys.created"));
    if is_further { Writer::of(file) } else { None }
}

/// Which of several files take part: those that pass any of the filters, and the further files of
/// their threads, which lack nearly all that could be filtered by.
pub fn passing<'a>(
    filters: &[Filter],
    prefix: &str,
    files: impl ExactSizeIterator<Item = &'a StatsFile> + Clone,
) -> Vec<bool> {
    if filters.is_empty() {
        return vec![true; files.len()];
    }
    let mut passing: Vec<_> = files.clone().map(|file| any_passes(filters, file, prefix)).collect();
    let writers = || files.clone().zip(&passing).filter(|(_, passes)| **passes);
    let writers: HashSet<_> = writers().filter_map(|(file, _)| Writer::of(file)).collect();
    for (file, passes) in files.zip(&mut passing) {
        *passes = *passes || of_further(file).is_some_and(|writer| writers.contains(&writer));
    }
    passing
}

/// Joins what was measured in further files with their thread's first one, where there is one.
pub fn join(files: Vec<(&StatsFile, FileSample)>) -> Vec<FileSample> {
    let mut first: HashMap<Writer, usize> = HashMap::new();
    let (mut joined, mut further) = (Vec::new(), Vec::new());
    for (file, sample) in files {
        if let Some(writer) = of_further(file) {
            further.push((writer, sample));
            continue;
        }
        if let Some(writer) = Writer::of(file) {
            first.entry(writer).or_insert(joined.len());
        }
        joined.push(sample);
    }
    for (writer, sample) in further {
        // Without a first file, the first of the further ones takes its part.
        let index = *first.entry(writer).or_insert(joined.len());
        match joined.get_mut(index) {
            Some(first) => first.measurements.extend(sample.measurements),
            None => joined.push(sample),
        }
    }
    joined
}
