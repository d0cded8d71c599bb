//! Creating a file, against a bare one.

use std::error::Error;
use std::fs;

use mmstats::MmStats;

use super::{Bench, Comparison};
use crate::bare::BareMap;
use crate::harness::{Measurement, Pair, timed, timing_each};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "creating a struct of 20 fields",
    against: "creating, reserving, mapping a bare file",
    asked: Some(2.5),
    measure: create,
}];

fn create(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let directory = bench.directory.join("create");
    fs::create_dir(&directory)?;
    let options =
        move |number: u64| Twenty::options().path(&directory).filename(format!("{number}.mmstats"));
    let size = options(0).create()?.size();
    let bare_directory = bench.directory.join("create-bare");
    fs::create_dir(&bare_directory)?;
    Ok(bench.harness.compare(Pair {
        ours: timing_each(move |number| {
            let options = options(number);
            timed(|| options.create().expect("/dev/shm has room"))
        }),
        other: timing_each(move |number| {
            let path = bare_directory.join(format!("{number}.mmstats"));
            let made = timed(|| BareMap::create(&path, size).expect("/dev/shm has room"));
            fs::remove_file(path).expect("just created");
            made
        }),
        besides: None,
    })?)
}
