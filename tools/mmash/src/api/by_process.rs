//! What each process has of a stat, the files of its threads together.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use mmstats::{HistogramSnapshot, ProcessKey, StatsFile};
use mmstats_web::Problem;
use serde::Serialize;

use mmstats_tools::common::totals::Totals;

use crate::live::{Figures, value_of};
use crate::polling::{Seen, Snapshot};

/// What a process has of a stat.
#[derive(Serialize)]
pub struct ProcessRecord<'a> {
    /// By which later answers name it, too.
    id: String,
    command: Option<&'a str>,
    host: Option<&'a str>,
    pid: Option<u32>,
    figures: Figures,
}

/// Histograms of processes, by label and id. What is new in one is its growth since the look
/// before, as far as somebody asked for it then.
#[derive(Debug, Default)]
pub struct Spreads {
    before: HashMap<(String, String), HistogramSnapshot>,
    now: Mutex<HashMap<(String, String), HistogramSnapshot>>,
}

impl Spreads {
    /// Those of the next look.
    pub fn next(&self) -> Self {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        Self { before: std::mem::take(&mut now), now: Mutex::default() }
    }
}

/// What is one process and not another; a file that doesn't tell is of a process of its own.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    command: Option<&'a str>,
    process: Option<ProcessKey>,
    path: Option<&'a Path>,
}

impl<'a> Key<'a> {
    fn of(file: &'a StatsFile) -> Self {
        let process = file.process();
        let path = if process.is_none() { Some(file.path()) } else { None };
        Self { command: file.identity().map(|identity| &*identity.command), process, path }
    }

    fn id(&self) -> String {
        match (&self.process, self.path) {
            (Some(key), _) => format!("{}-{}-{}", key.pid, key.start_time, key.pid_namespace),
            (None, path) => path.unwrap_or(Path::new("")).to_string_lossy().into_owned(),
        }
    }
}

/// What each process has of the stat of this label, by command and process id.
///
/// # Errors
///
/// Returns the problem of a wrong glob.
pub fn by_process<'a>(
    snapshot: &'a Snapshot,
    label: &str,
    glob: &str,
) -> Result<Vec<ProcessRecord<'a>>, Problem> {
    let mut processes: BTreeMap<Key<'a>, (&'a StatsFile, Totals)> = BTreeMap::new();
    for Seen { file, life } in snapshot.matching(glob)? {
        for stat in file.stats().filter(|stat| stat.label() == label) {
            let of_process = || (file, Totals::default());
            let (_, totals) = processes.entry(Key::of(file)).or_insert_with(of_process);
            totals.add(file, &stat, life.verdict, snapshot.time);
        }
    }
    let record = |(key, (file, totals)): (Key<'a>, (&'a StatsFile, Totals))| {
        let total = totals.iter().next()?;
        let asked = (label.to_owned(), key.id());
        let figures = value_of(total, snapshot.spreads.before.get(&asked));
        let id = asked.1.clone();
        // With a glob it may be that of some threads only.
        if let Some(histogram) = total.histogram().filter(|_| glob.is_empty()) {
            let mut now = snapshot.spreads.now.lock().unwrap_or_else(PoisonError::into_inner);
            now.insert(asked, histogram.clone());
        }
        let host = file.identity().map(|identity| &*identity.host);
        Some(ProcessRecord { id, command: key.command, host, pid: file.pid(), figures })
    };
    Ok(processes.into_iter().filter_map(record).collect())
}
