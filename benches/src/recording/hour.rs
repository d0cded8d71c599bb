//! An hour that was recorded, for all that reads recordings.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::cases::Bench;
use crate::recording::load::{FILES, Load, Programs};
use crate::recording::played::Played;

const POLLS: usize = 3_600;
/// A directory in which the recordings are kept for the next run.
const KEPT: &str = "BENCH_RECORDINGS";

/// A recording of an hour, made at the first call.
///
/// Making it takes a minute or two; with `BENCH_RECORDINGS` it is found again.
pub fn hour(bench: &Bench, load: Load) -> Result<PathBuf, Box<dyn Error>> {
    let kept = env::var_os(KEPT).map(PathBuf::from);
    let directory = kept.as_deref().unwrap_or(bench.directory);
    let path = directory.join(format!("hour-{}.rec", load.name()));
    if !path.exists() {
        let unfinished = path.with_extension("unfinished");
        record(bench, load, &unfinished)?;
        fs::rename(unfinished, &path)?;
    }
    Ok(path)
}

fn record(bench: &Bench, load: Load, path: &Path) -> Result<(), Box<dyn Error>> {
    eprintln!("  recording an hour of {FILES} files ({})", load.name());
    drop(fs::remove_file(path));
    let mut played = Played::start(Programs::create(bench.directory, load, FILES)?, path)?;
    for _ in 0..POLLS {
        bench.harness.check()?;
        played.poll()?;
    }
    played.finish()
}
