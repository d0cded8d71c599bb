//! An hour and a day that were recorded, for all that reads recordings.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use crate::cases::Bench;
use crate::recording::load::{FILES, Load, Programs};
use crate::recording::played::Played;

const HOUR: usize = 3_600;
const DAY: Duration = Duration::from_hours(24);
/// A directory in which the recordings are kept for the next run.
const KEPT: &str = "BENCH_RECORDINGS";

/// A recording of an hour of a thousand files, made at the first call.
///
/// Making it takes a minute or two; with `BENCH_RECORDINGS` it is found again.
pub fn hour(bench: &Bench, load: Load) -> Result<PathBuf, Box<dyn Error>> {
    let make = |path: &Path| {
        eprintln!("  recording an hour of {FILES} files ({})", load.name());
        play(bench, Played::start(Programs::create(bench.directory, load, FILES)?, path)?, HOUR)
    };
    kept(bench.directory, &format!("hour-{}.rec", load.name()), make)
}

/// A recording of a day of some files, all of whose polls are kept, made as that of an hour; else in
/// `directory`.
pub fn day(bench: &Bench, files: usize, directory: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let make = |path: &Path| {
        eprintln!("  recording 24 hours of {files} files");
        let programs = Programs::create(bench.directory, Load::Scalars, files)?;
        let played = Played::keeping(programs, path, |settings| settings.fine = DAY)?;
        play(bench, played, 24 * HOUR)
    };
    kept(directory, "day.rec", make)
}

/// A recording of this name, which is made unless it is kept.
fn kept(
    directory: &Path,
    name: &str,
    make: impl FnOnce(&Path) -> Result<(), Box<dyn Error>>,
) -> Result<PathBuf, Box<dyn Error>> {
    let kept = env::var_os(KEPT).map(PathBuf::from);
    let path = kept.as_deref().unwrap_or(directory).join(name);
    if !path.exists() {
        let unfinished = path.with_extension("unfinished");
        drop(fs::remove_file(&unfinished));
        make(&unfinished)?;
        fs::rename(unfinished, &path)?;
    }
    Ok(path)
}

fn play(bench: &Bench, mut played: Played, polls: usize) -> Result<(), Box<dyn Error>> {
    for _ in 0..polls {
        bench.harness.check()?;
        played.poll()?;
    }
    played.finish()
}
