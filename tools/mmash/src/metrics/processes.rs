//! Whose the files are: a process id alone doesn't tell.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

use mmstats::{ProcessKey, StatsFile, Verdict};
use mmstats_tools::common::prom::label_value;

use crate::polling::Seen;

/// A process that has samples.
#[derive(Debug)]
pub struct Process<'a> {
    /// Whether it isn't proven dead.
    pub is_up: bool,
    /// Its files.
    pub files: Vec<&'a Seen>,
}

/// What is one process and not another.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    process: Option<ProcessKey>,
    /// A file that doesn't say when its process started may be of an earlier one: a dead one isn't
    /// taken for that of a living process.
    is_dead: bool,
}

/// The processes that have samples, by their labels.
///
/// A process id is given out again, and the first process of a container is 1 each time. Of
/// processes with the same labels one has samples, and the others none: one that lives rather than
/// one that is dead, and of these the one that started last. Samples of both would have the same
/// labels, and their sum would fall when the files of the dead one go.
pub fn processes(files: &[Seen]) -> BTreeMap<String, Process<'_>> {
    let mut by_labels: BTreeMap<String, BTreeMap<Key, Process<'_>>> = BTreeMap::new();
    for seen in files {
        let is_up = seen.life.verdict != Verdict::Dead;
        let process = seen.file.process();
        let is_known = process.is_some_and(|key| key.start_time != 0 && key.boot_id != [0; 16]);
        let key = Key { process, is_dead: !(is_up || is_known) };
        let same = by_labels.entry(labels_of(&seen.file)).or_default();
        let process = same.entry(key).or_insert(Process { is_up: false, files: Vec::new() });
        process.is_up |= is_up;
        process.files.push(seen);
    }
    let chosen = |(labels, same): (String, BTreeMap<Key, _>)| Some((labels, choose(same)?));
    by_labels.into_iter().filter_map(chosen).collect()
}

/// Of processes with the same labels the one that has samples.
fn choose(same: BTreeMap<Key, Process<'_>>) -> Option<Process<'_>> {
    let started = |key: &Key| key.process.map(|process| process.start_time);
    let by_age = |key: &Key, process: &Process<'_>| (process.is_up, started(key));
    let best = same.into_iter().max_by(|(one, a), (other, b)| {
        by_age(one, a).cmp(&by_age(other, b)).then_with(|| one.cmp(other))
    });
    best.map(|(_, process)| process)
}

/// The labels of a file's process: `cmd`, `pid`, and `pidns` where its process id is of another
/// namespace than this process's. That doesn't change as long as the file is there, so a series
/// keeps its labels whatever else comes or goes.
///
/// Files of the original tell neither their command nor their namespace.
fn labels_of(file: &StatsFile) -> String {
    let mut labels = command_of(file);
    if let Some(process) = file.process() {
        push(&mut labels, "pid", &process.pid.to_string());
        if process.pid_namespace != 0 && process.pid_namespace != own_namespace() {
            push(&mut labels, "pidns", &process.pid_namespace.to_string());
        }
    }
    labels
}

/// The label of a file's program, if it tells.
pub fn command_of(file: &StatsFile) -> String {
    let mut labels = String::new();
    if let Some(identity) = file.identity() {
        push(&mut labels, "cmd", &identity.command);
    }
    labels
}

/// Appends a label.
pub fn push(labels: &mut String, name: &str, value: &str) {
    let comma = if labels.is_empty() { "" } else { "," };
    labels.extend([comma, name, "=\"", &label_value(value), "\""]);
}

/// The inode of this process's pid namespace; 0 where it can't be found out.
fn own_namespace() -> u64 {
    static OWN: OnceLock<u64> = OnceLock::new();
    *OWN.get_or_init(|| fs::metadata("/proc/self/ns/pid").map_or(0, |found| found.ino()))
}
