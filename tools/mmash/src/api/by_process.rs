//! One stat by process: the files of its threads together.

use std::collections::BTreeMap;
use std::path::Path;

use mmstats::{ProcessKey, StatsFile};
use mmstats_totals::totals::Totals;
use mmstats_web::{Parameters, Problem};
use serde::Serialize;

use super::selector::Selector;
use crate::live::{Values, values_of};
use crate::polling::Snapshot;

/// The values of a process.
#[derive(Serialize)]
pub struct ProcessRecord<'a> {
    /// The same in later answers.
    id: String,
    command: Option<&'a str>,
    host: Option<&'a str>,
    pid: Option<u32>,
    #[serde(rename = "figures")]
    values: Values,
}

/// What tells processes apart; a file that doesn't say counts as a process of its own.
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

/// The one value of the parameter `by`.
const PROCESS: &str = "process";

/// The values of each process, if the parameter `by` asks for them.
///
/// # Errors
///
/// Returns a [`Problem`] if `by` has another value, or if the glob is invalid.
pub fn processes_of<'a>(
    snapshot: &'a Snapshot,
    selector: &Selector,
    wanted: &Parameters,
) -> Result<Option<Vec<ProcessRecord<'a>>>, Problem> {
    match wanted.get("by") {
        None => Ok(None),
        Some(PROCESS) => by_process(snapshot, selector, wanted.get_or_empty("glob")).map(Some),
        Some(other) => Err(Problem::bad_request(format!("by={other:?}: must be {PROCESS}"))),
    }
}

/// The values of each process for one series or one name, sorted by command and process id.
fn by_process<'a>(
    snapshot: &'a Snapshot,
    selector: &Selector,
    glob: &str,
) -> Result<Vec<ProcessRecord<'a>>, Problem> {
    let mut processes: BTreeMap<Key<'a>, (&'a StatsFile, Totals)> = BTreeMap::new();
    for entry in snapshot.matching(glob)? {
        let file = entry.file();
        let mut stats = file.stats().filter(|stat| selector.matches(stat)).peekable();
        if stats.peek().is_none() {
            continue;
        }
        let of_process = || (file, Totals::default());
        let (_, totals) = processes.entry(Key::of(file)).or_insert_with(of_process);
        let mut sum = totals.file(file, entry.life().verdict, snapshot.time);
        stats.for_each(|stat| sum.add(&stat));
    }
    let record = |(key, (file, totals)): (Key<'a>, (&'a StatsFile, Totals))| {
        let (total, _) = selector.sum(&totals)?;
        let asked = (selector.key(), key.id());
        let previous = total.histogram().zip(snapshot.histograms.previous(&asked));
        let new = previous.and_then(|(now, before)| now.since(before));
        let values = values_of(&total, new.as_ref());
        let id = asked.1.clone();
        // With a glob it may be the histogram of some threads only.
        if let Some(histogram) = total.histogram().filter(|_| glob.is_empty()) {
            snapshot.histograms.keep(asked, histogram.clone());
        }
        let host = file.identity().map(|identity| &*identity.host);
        Some(ProcessRecord { id, command: key.command, host, pid: file.pid(), values })
    };
    Ok(processes.into_iter().filter_map(record).collect())
}
