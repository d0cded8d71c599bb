//! What a recorder takes of each file at each poll, and what gives it back.

use std::error::Error;
use std::hint::black_box;

use mmstats::{StatsFile, Watch};

use super::files::{Files, allow_descriptors};
use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, Turn, repeated};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`append_words` of 1,000 files of 20 scalars",
        against: Against::Other("the poll of `Watch` that reads them"),
        asked: Some(0.1),
        measure: against_poll,
    },
    Comparison {
        operation: "`set_words` of 1,000 files of 20 scalars",
        against: Against::Other("`StatsFile::from_parts` of each"),
        asked: None,
        measure: against_making,
    },
];

const FILES: usize = 1_000;

fn create(bench: &Bench) -> Result<Files<Twenty>, Box<dyn Error>> {
    // The writers', and those of two readers.
    allow_descriptors(3 * FILES)?;
    Files::create(&bench.directory.join("recorded"), FILES, Twenty::fill)
}

/// Takes the words of all files, in memory that is used again.
fn append_words(files: &[StatsFile]) -> Turn<'_> {
    let mut words = Vec::new();
    repeated(move || {
        words.clear();
        files.iter().for_each(|file| file.append_words(&mut words));
        assert!(words.len() >= 20 * FILES, "a word for each scalar, more for texts");
        black_box(words.last().copied())
    })
}

fn against_poll(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let files = create(bench)?;
    let read: Vec<_> = files.paths.iter().map(StatsFile::read).collect::<Result<_, _>>()?;
    let mut watch = Watch::new([&files.directory]).max_open(FILES);
    Ok(bench.harness.compare(Pair {
        ours: append_words(&read),
        other: repeated(|| {
            files.writers.iter().for_each(|stats| stats.count_request());
            assert_eq!(watch.poll().files().len(), FILES, "every file");
        }),
        besides: None,
    })?)
}

fn against_making(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let files = create(bench)?;
    let mut read: Vec<_> = files.paths.iter().map(StatsFile::read).collect::<Result<_, _>>()?;
    let parts: Vec<_> = read
        .iter()
        .map(|file| {
            let mut words = Vec::new();
            file.append_words(&mut words);
            (file.structure(), file.identity_bytes().to_vec(), words)
        })
        .collect();
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| {
            for (file, (_, _, words)) in read.iter_mut().zip(&parts) {
                file.set_words(words).expect("its own words");
            }
        }),
        other: repeated(|| {
            for (structure, identity, words) in &parts {
                let made = StatsFile::from_parts("file", structure, identity, words);
                black_box(made.expect("its own parts"));
            }
        }),
        besides: None,
    })?)
}
