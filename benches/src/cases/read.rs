//! Ten thousand files read by the library.

use std::error::Error;
use std::hint::black_box;

use mmstats::ReadOptions;

use super::files::{Files, read_bare};
use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};
use crate::stats::{Mixed, Twenty};

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "reading one of 10,000 files of 20 scalars",
        against: Against::Limit("open, pread, close"),
        asked: Some(1.4),
        measure: |bench| {
            compare(bench, &Files::create(&bench.directory.join("read"), FILES, Twenty::fill)?)
        },
    },
    Comparison {
        operation: "the same, of 13 scalars and 7 struct values",
        against: Against::Limit("open, pread, close"),
        asked: Some(1.8),
        measure: |bench| {
            compare(bench, &Files::create(&bench.directory.join("read"), FILES, Mixed::fill)?)
        },
    },
];

const FILES: usize = 10_000;

/// Fields of each of the files, the default ones included.
const FIELDS: usize = 20;

fn compare<T>(bench: &Bench, files: &Files<T>) -> Result<Measurement, Box<dyn Error>> {
    let (mut ours, mut other) = (files.paths.iter().cycle(), files.paths.iter().cycle());
    let mut buffer = vec![0; files.size];
    let options = ReadOptions::new().keep_open(true);
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| {
            let path = ours.next().expect("paths come round");
            let file = options.read(path).expect("a good file");
            assert!(file.has_trailer() && file.stats().len() == FIELDS, "the whole file");
            for stat in file.stats() {
                black_box((stat.label(), stat.value()));
            }
        }),
        other: repeated(|| {
            let path = other.next().expect("paths come round");
            let read = read_bare(path, &mut buffer).expect("a file");
            assert_eq!(read, files.size, "the whole file");
        }),
        besides: None,
    })?)
}
