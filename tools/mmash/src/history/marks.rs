//! When programs started, ended or died.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::Duration;

use mmstats::{ProcessKey, StatsFile, Update, Verdict, WatchedFile};
use serde::Serialize;

/// Maximum number of marks.
const MAX_MARKS: usize = 1_000;
/// A mark of a program with more labels is one of every label.
const MAX_LABELS: usize = 1_024;

/// What became of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It published its first file.
    Started,
    /// Its files are gone.
    Ended,
    /// It left its files behind.
    Died,
}

/// What became of a program at a poll.
#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    /// When the poll began that found it, as Unix time in seconds.
    pub time: f64,
    pub what: What,
    pub command: Option<String>,
    pub pid: Option<u32>,
    #[serde(skip)]
    elapsed: Duration,
    /// The hashes of its labels and names, sorted; `None` for every one.
    #[serde(skip)]
    labels: Option<Box<[u64]>>,
}

/// The programs of the last poll, and the marks of those before.
#[derive(Debug, Default)]
pub struct Marks {
    /// `None` before the first poll.
    programs: Option<HashMap<Key, Program>>,
    marks: VecDeque<Mark>,
}

/// What tells programs apart; a file that doesn't say counts as a program of its own.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Process(ProcessKey),
    File(PathBuf),
}

#[derive(Debug, Default)]
struct Program {
    is_dead: bool,
}

impl Marks {
    /// Takes in a poll; returns how many marks are new.
    pub fn take(&mut self, update: &Update<'_>, time: f64) -> usize {
        let mut present: HashMap<Key, Vec<&WatchedFile>> = HashMap::new();
        update
            .files()
            .for_each(|entry| present.entry(Key::of(entry.file())).or_default().push(entry));
        let mut removed: HashMap<Key, Vec<&WatchedFile>> = HashMap::new();
        for entry in update.removed() {
            removed.entry(Key::of(entry.file())).or_default().push(entry);
        }
        let mut found = Vec::new();
        let is_first = self.programs.is_none();
        let mut programs = self.programs.take().unwrap_or_default();
        for (key, files) in &present {
            let is_dead = are_dead(files);
            match programs.get(key) {
                Some(known) if known.is_dead || !is_dead => {}
                None if is_first => {}
                None if !is_dead => found.push((What::Started, files)),
                _ => found.push((What::Died, files)),
            }
        }
        for (key, files) in removed.iter().filter(|(key, _)| !present.contains_key(key)) {
            if programs.remove(key).is_some_and(|known| !known.is_dead) {
                found.push((What::Ended, files));
            }
        }
        for (what, files) in &found {
            self.marks.push_back(Mark::of(*what, files, time, update.monotonic()));
        }
        let count = found.len();
        let excess = self.marks.len().saturating_sub(MAX_MARKS);
        self.marks.drain(..excess);
        // Programs whose files can't be read for a while stay known.
        for (key, files) in present {
            programs.insert(key, Program { is_dead: are_dead(&files) });
        }
        self.programs = Some(programs);
        count
    }

    /// Drops what is older than the oldest point.
    pub fn forget(&mut self, oldest: Duration) {
        while self.marks.front().is_some_and(|mark| mark.elapsed < oldest) {
            self.marks.pop_front();
        }
    }

    /// The marks, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter()
    }
}

impl Key {
    fn of(file: &StatsFile) -> Self {
        file.process().map_or_else(|| Self::File(file.path().to_owned()), Self::Process)
    }
}

/// Whether the program of these files is dead.
fn are_dead(files: &[&WatchedFile]) -> bool {
    files.iter().any(|entry| entry.life().verdict == Verdict::Dead)
}

impl Mark {
    fn of(what: What, files: &[&WatchedFile], time: f64, elapsed: Duration) -> Self {
        let file = files[0].file();
        let command = file.identity().map(|identity| identity.command.clone());
        Self { time, what, command, pid: file.pid(), elapsed, labels: labels_of(files) }
    }

    /// Whether its program has one of these labels or names, as [`hash_of_label`] and
    /// [`hash_of_name`] give them.
    pub fn is_of(&self, hashes: &[u64]) -> bool {
        let has = |hash: &u64| {
            self.labels.as_ref().is_none_or(|labels| labels.binary_search(hash).is_ok())
        };
        hashes.iter().any(has)
    }
}

fn labels_of(files: &[&WatchedFile]) -> Option<Box<[u64]>> {
    let mut hashes = Vec::new();
    for stat in files.iter().flat_map(|entry| entry.file().stats()) {
        hashes.push(hash_of_label(&stat.label()));
        hashes.push(hash_of_name(stat.series().name()));
        if hashes.len() > 2 * MAX_LABELS {
            // The threads of a program mostly have the same labels.
            hashes.sort_unstable();
            hashes.dedup();
            if hashes.len() > MAX_LABELS {
                return None;
            }
        }
    }
    hashes.sort_unstable();
    hashes.dedup();
    Some(hashes.into())
}

/// The hash of a label.
pub fn hash_of_label(label: &str) -> u64 {
    hash_of("label", label)
}

/// The hash of a name.
pub fn hash_of_name(name: &str) -> u64 {
    hash_of("name", name)
}

fn hash_of(what: &str, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (what, text).hash(&mut hasher);
    hasher.finish()
}
