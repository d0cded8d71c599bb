//! What is measured, and against what.

mod apmon;
mod apmon_figures;
mod apmon_receive;
mod averages;
mod clean;
mod create;
mod family;
pub mod files;
mod histogram;
mod kodemon;
mod peers;
mod per_thread;
mod process;
mod prom;
mod prom_series;
mod queries;
mod read;
mod recorded;
mod recorder;
mod recording;
mod scalars;
mod structs;
mod text;
mod threads;
mod timer;
mod watch;
mod watching_process;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mmstats::{MmStats, Published};

use crate::bare::BareMap;
use crate::bare::forms::FixedMap;
use crate::harness::{Harness, Measurement};
use crate::stats::Kinds;
use crate::table::Against;
pub use process::tool;

/// An operation and its measure.
pub struct Comparison {
    /// What is done.
    pub operation: &'static str,
    /// What it is measured against.
    pub against: Against,
    /// The target: the highest acceptable ratio.
    pub asked: Option<f64>,
    /// Does it.
    pub measure: fn(&Bench) -> Result<Measurement, Box<dyn Error>>,
}

impl Comparison {
    /// What filters search.
    pub fn name(&self) -> String {
        format!("{} {}", self.operation, self.against.name())
    }
}

/// All of them, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static Comparison> {
    [
        scalars::COMPARISONS,
        per_thread::COMPARISONS,
        threads::COMPARISONS,
        family::COMPARISONS,
        peers::COMPARISONS,
        structs::COMPARISONS,
        averages::COMPARISONS,
        timer::COMPARISONS,
        histogram::COMPARISONS,
        text::COMPARISONS,
        create::COMPARISONS,
        read::COMPARISONS,
        watch::COMPARISONS,
        recorded::COMPARISONS,
        recording::COMPARISONS,
        watching_process::COMPARISONS,
        prom::COMPARISONS,
        prom_series::COMPARISONS,
        process::COMPARISONS,
        clean::COMPARISONS,
        queries::COMPARISONS,
        kodemon::COMPARISONS,
        apmon::COMPARISONS,
        apmon_figures::COMPARISONS,
        apmon_receive::COMPARISONS,
    ]
    .into_iter()
    .flatten()
}

/// What comparisons work with.
#[derive(Debug)]
pub struct Bench<'a> {
    /// Measures them.
    pub harness: &'a Harness,
    /// A directory in memory, removed at the end.
    pub directory: &'a Path,
}

impl Bench<'_> {
    /// A stats file of one field of each kind.
    fn kinds(&self) -> Result<Published<Kinds>, Box<dyn Error>> {
        Ok(Kinds::options().path(self.directory).create()?)
    }

    /// A bare file beside it.
    fn bare(&self) -> Result<BareMap, Box<dyn Error>> {
        let path = self.directory.join("bare");
        let map = BareMap::create(&path, 4096)?;
        std::fs::remove_file(path)?;
        Ok(map)
    }

    /// A bare file whose words have addresses of every form.
    fn fixed(&self) -> Result<FixedMap, Box<dyn Error>> {
        Ok(FixedMap::create(self.directory)?)
    }
}

/// The directory, for statics.
pub static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
