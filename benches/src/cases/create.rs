//! Creating a file, against the calls that no safe creation can do without.

use std::error::Error;
use std::fs;

use mmstats::MmStats;

use super::{Against, Bench, Comparison};
use crate::bare::unnamed::UnnamedFile;
use crate::harness::{Measurement, Pair, timed, timing_each};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "creating a struct of 20 fields",
    against: Against::Limit("create unnamed, reserve, map, lock, link"),
    asked: Some(2.0),
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
    let probe = UnnamedFile::create(&bare_directory, size)?;
    let link = probe.find_link(&bare_directory.join("probe"))?;
    Ok(bench.harness.compare(Pair {
        ours: timing_each(move |number| {
            let options = options(number);
            timed(|| options.create().expect("/dev/shm has room"))
        }),
        other: timing_each(move |number| {
            let path = bare_directory.join(number.to_string());
            let made = timed(|| {
                let file = UnnamedFile::create(&bare_directory, size).expect("/dev/shm has room");
                file.link(&path, link).expect("it was possible before");
                file
            });
            fs::remove_file(path).expect("just created");
            made
        }),
        besides: None,
    })?)
}
