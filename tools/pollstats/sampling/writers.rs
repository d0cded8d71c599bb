//! Several files of one thread: a thread whose first file is full puts new series into further ones.
//!
//! These have the ids of their process and thread and when they were created, and of the default
//! fields nothing else.

use std::collections::{HashMap, HashSet};

use mmstats::StatsFile;

use super::filter::{Filter, any_passes};
use super::sample::FileSample;
use crate::common::writers::Writer;

/// The writer of a further file; `None` if it is a first one.
fn of_further(file: &StatsFile) -> Option<Writer> {
    let is_further = file.identity().is_some()
        && !file.stats().any(|stat| stat.label_bytes().ends_with(b"sys.uid"));
    if is_further { Writer::of(file) } else { None }
}

/// Which files take part: those that pass any of the filters, and the further files of their threads,
/// which lack nearly all that could be filtered by.
#[derive(Debug, Default)]
pub struct Passing {
    /// Whose files passed at the last poll: a first file may be removed before its further ones.
    last: HashSet<Writer>,
}

impl Passing {
    /// For each of the files of a poll, whether it takes part.
    pub fn of<'a>(
        &mut self,
        filters: &[Filter],
        prefix: &str,
        files: impl ExactSizeIterator<Item = &'a StatsFile> + Clone,
    ) -> Vec<bool> {
        if filters.is_empty() {
            return vec![true; files.len()];
        }
        let passes = |file: &StatsFile| any_passes(filters, file, prefix);
        let mut passing: Vec<_> = files.clone().map(passes).collect();
        let own = files.clone().zip(&passing).filter(|(_, passes)| **passes);
        let writers: HashSet<_> = own.filter_map(|(file, _)| Writer::of(file)).collect();
        let known = |writer: &Writer| writers.contains(writer) || self.last.contains(writer);
        for (file, passes) in files.zip(&mut passing).filter(|(_, passes)| !**passes) {
            *passes = of_further(file).is_some_and(|writer| known(&writer));
        }
        self.last = writers;
        passing
    }
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

#[cfg(test)]
mod tests {
    use mmstats::{Identity, Verdict};
    use mmstats_testing::foreign::{Foreign, foreign, writer_like};

    use super::*;
    use crate::pollstats::sampling::measurement::Measurement;
    use crate::pollstats::sampling::sample::FileState;

    /// A file of this thread with this gauge; a first one has all the default fields.
    fn file(path: &str, thread: u32, is_first: bool, label: &str) -> StatsFile {
        let writer = writer_like(&Identity::default(), |it| {
            it.pid = 7;
            it.tid = thread.into();
        });
        let mut fields = vec![
            Foreign::new("web.sys.pid", 6, "Q", &[7]),
            Foreign::new("web.sys.tid", 6, "Q", &[thread.into()]),
            Foreign::new(label, 2, "Q", &[1]),
        ];
        if is_first {
            fields.push(Foreign::new("web.sys.uid", 6, "Q", &[0]));
        }
        StatsFile::from_bytes(path, foreign(&writer, &fields)).unwrap()
    }

    /// Those of a thread may come in any order; that of the third has lost its first one.
    fn files() -> [StatsFile; 6] {
        [
            file("1b", 1, false, "b"),
            file("1", 1, true, "a"),
            file("2", 2, true, "b"),
            file("2b", 2, false, "c"),
            file("3b", 3, false, "d"),
            file("3c", 3, false, "e"),
        ]
    }

    #[test]
    fn further_files_pass_with_their_first_one() {
        let files = files();
        let passing = |filter: &str| -> String {
            let filters: Vec<Filter> = filter.split(',').map(|it| it.parse().unwrap()).collect();
            let passing = Passing::default().of(&filters, "", files.iter());
            let paths = files.iter().zip(passing).filter(|(_, passes)| *passes);
            let paths: Vec<_> = paths.map(|(file, _)| file.path().display().to_string()).collect();
            paths.join(" ")
        };
        for (filter, expected) in [
            ("a", "1b 1"),
            ("b", "1b 2 2b"),
            ("c", "2b"),
            ("d", "3b 3c"),
            ("sys.tid=2", "2 2b"),
            ("nothing", ""),
        ] {
            assert_eq!(passing(filter), expected, "{filter}");
        }
        assert_eq!(Passing::default().of(&[], "", files.iter()), [true; 6]);
    }

    #[test]
    fn a_further_file_passes_once_more_when_its_first_one_has_gone() {
        let [further, first, ..] = files();
        let mut passing = Passing::default();
        let mut passing =
            |files: &[&StatsFile]| passing.of(&["a".parse().unwrap()], "", files.iter().copied());
        assert_eq!(passing(&[&further, &first]), [true, true]);
        assert_eq!(passing(&[&further]), [true]);
        assert_eq!(passing(&[&further]), [false]);
    }

    #[test]
    fn measurements_of_further_files_are_those_of_the_first_one() {
        let files = files();
        let sample = |(number, file): (usize, &StatsFile)| FileSample {
            path: file.path().to_owned(),
            state: FileState::Present(Verdict::Alive),
            measurements: vec![(number, Measurement::Absent)],
        };
        let samples = files.iter().enumerate().map(sample);
        let joined = join(files.iter().zip(samples).collect());
        let labels =
            |file: &FileSample| file.measurements.iter().map(|(label, _)| *label).collect();
        let joined: Vec<(String, Vec<usize>)> =
            joined.iter().map(|file| (file.path.display().to_string(), labels(file))).collect();
        let expected = [("1", vec![1, 0]), ("2", vec![2, 3]), ("3b", vec![4, 5])];
        assert_eq!(joined, expected.map(|(path, labels)| (path.to_owned(), labels)));
    }
}
