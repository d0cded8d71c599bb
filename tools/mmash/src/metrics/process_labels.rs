//! The processes that the files belong to: a process id alone doesn't tell them apart.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

use mmstats::{ProcessKey, StatsFile, Verdict, WatchedFile};
use mmstats_exposition::push_label;

/// A process that has samples.
#[derive(Debug)]
pub struct Process<'a> {
    /// Whether it isn't proven dead.
    pub is_up: bool,
    /// Its files.
    pub files: Vec<&'a WatchedFile>,
}

/// What tells processes with the same labels apart.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    process: Option<ProcessKey>,
    /// A file that doesn't say when its process started may be of an earlier one: a dead file isn't
    /// counted to a living process.
    is_dead: bool,
}

/// The processes that have samples, by their labels.
///
/// Process ids are reused, and the first process of every container is 1. Of processes with the
/// same labels only one has samples: a living one rather than a dead one, and of these the one that
/// started last. Samples of several would have the same labels, and their sum would fall when the
/// files of a dead one are removed.
pub fn processes(files: &[WatchedFile]) -> BTreeMap<String, Process<'_>> {
    let mut by_labels: BTreeMap<String, BTreeMap<Key, Process<'_>>> = BTreeMap::new();
    for entry in files {
        let is_up = entry.life().verdict != Verdict::Dead;
        let process = entry.file().process();
        let is_known = process.is_some_and(|key| key.start_time != 0 && key.boot_id != [0; 16]);
        let key = Key { process, is_dead: !(is_up || is_known) };
        let same = by_labels.entry(labels_of(entry.file())).or_default();
        let process = same.entry(key).or_insert(Process { is_up: false, files: Vec::new() });
        process.is_up |= is_up;
        process.files.push(entry);
    }
    let chosen = |(labels, same): (String, BTreeMap<Key, _>)| Some((labels, choose(same)?));
    by_labels.into_iter().filter_map(chosen).collect()
}

/// Chooses among processes with the same labels.
fn choose(same: BTreeMap<Key, Process<'_>>) -> Option<Process<'_>> {
    let started = |key: &Key| key.process.map(|process| process.start_time);
    let by_age = |key: &Key, process: &Process<'_>| (process.is_up, started(key));
    let best = same.into_iter().max_by(|(one, a), (other, b)| {
        by_age(one, a).cmp(&by_age(other, b)).then_with(|| one.cmp(other))
    });
    best.map(|(_, process)| process)
}

/// The labels of a file's process: `cmd`, `pid`, and `pidns` if its pid namespace isn't this
/// process's. They are the same for as long as the file exists, so a series keeps its labels
/// whatever else comes or goes.
///
/// Files of the original have neither a command nor a namespace.
fn labels_of(file: &StatsFile) -> String {
    let mut labels = command_of(file);
    if let Some(process) = file.process() {
        push_label(&mut labels, "pid", &process.pid.to_string());
        if process.pid_namespace != 0 && process.pid_namespace != this_namespace() {
            push_label(&mut labels, "pidns", &process.pid_namespace.to_string());
        }
    }
    labels
}

/// The label of a file's program, if the file names it.
pub fn command_of(file: &StatsFile) -> String {
    let mut labels = String::new();
    if let Some(identity) = file.identity() {
        push_label(&mut labels, "cmd", &identity.command);
    }
    labels
}

/// The inode of this process's pid namespace; 0 if it is unknown.
fn this_namespace() -> u64 {
    static NAMESPACE: OnceLock<u64> = OnceLock::new();
    *NAMESPACE.get_or_init(|| fs::metadata("/proc/self/ns/pid").map_or(0, |found| found.ino()))
}
