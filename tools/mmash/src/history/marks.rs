//! When programs started, ended or died.

use std::collections::{HashMap, HashSet, VecDeque};
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

    /// One that is only answered with.
    pub fn recorded(time: f64, what: What, command: Option<String>, pid: Option<u32>) -> Self {
        Self { time, what, command, pid, elapsed: Duration::ZERO, labels: None }
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

/// The hashes of labels and names; `None` if there are too many.
fn labels_of(files: &[&WatchedFile]) -> Option<Box<[u64]>> {
    let mut hashes = HashSet::new();
    for stat in files.iter().flat_map(|entry| entry.file().stats()) {
        hashes.insert(hash_of_label(&stat.label()));
        hashes.insert(hash_of_name(stat.series().name()));
        if hashes.len() > 2 * MAX_LABELS {
            return None;
        }
    }
    let mut hashes: Vec<u64> = hashes.into_iter().collect();
    hashes.sort_unstable();
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

#[cfg(test)]
mod tests {
    use mmstats::{Counter, Field, Options, Published, Watch};
    use mmstats_testing::command::dead_pid;
    use mmstats_testing::original::{content, field};
    use mmstats_testing::stats_dir::write;
    use tempfile::TempDir;

    use super::*;

    /// A file of this process with some counters.
    fn start(directory: &TempDir, labels: &[String]) -> Published<()> {
        let options = Options::dynamic("web").path(directory.path()).default_fields(false);
        let stats = options.capacity(1 << 20).create().unwrap();
        for label in labels {
            stats.add::<Counter>(Counter::named(label.clone())).unwrap();
        }
        stats
    }

    #[test]
    fn a_program_starts_with_its_first_file_and_ends_with_its_last() {
        let directory = TempDir::new().unwrap();
        let (mut watch, mut marks) = (Watch::new([directory.path()]), Marks::default());
        let mut poll = || {
            let count = marks.take(&watch.poll(), 5.0);
            let all: Vec<_> = marks.iter().map(|mark| mark.what).collect();
            all[all.len() - count..].to_vec()
        };
        let one = start(&directory, &[]);
        assert_eq!(poll(), [], "it was there already");
        let other = start(&directory, &[]);
        assert_eq!(poll(), []);
        drop(one);
        assert_eq!(poll(), []);
        drop(other);
        assert_eq!(poll(), [What::Ended]);
        let _again = start(&directory, &[]);
        assert_eq!(poll(), [What::Started]);
        let pid = dead_pid();
        let dead = content(&[field("sys.pid", "I", 0xff, &pid.to_ne_bytes())]);
        let file = write(directory.path(), "mmstats-dead", &dead);
        assert_eq!(poll(), [What::Died]);
        std::fs::remove_file(file).unwrap();
        assert_eq!(poll(), [], "it ended when it died");
        let last = marks.iter().last().unwrap();
        assert_eq!((last.time, last.pid, &last.command), (5.0, Some(pid), &None));
    }

    #[test]
    fn a_mark_is_of_the_labels_and_names_of_its_program() {
        let directory = TempDir::new().unwrap();
        let (mut watch, mut marks) = (Watch::new([directory.path()]), Marks::default());
        marks.take(&watch.poll(), 1.0);
        let few = start(&directory, &[r#"hits{path="/"}"#.to_owned()]);
        assert_eq!(marks.take(&watch.poll(), 2.0), 1);
        drop(few);
        let many: Vec<_> = (0..=MAX_LABELS).map(|number| format!("l{number}")).collect();
        let many = start(&directory, &many);
        // It is the same process, so it is another file of the same program.
        assert_eq!(marks.take(&watch.poll(), 3.0), 0);
        let mark = marks.iter().next().unwrap();
        for (hash, is_of) in [
            (hash_of_label(r#"hits{path="/"}"#), true),
            (hash_of_name("hits"), true),
            (hash_of_label("hits"), false),
            (hash_of_label("l1"), false),
        ] {
            assert_eq!(mark.is_of(&[hash]), is_of);
        }
        drop(many);
        assert_eq!(marks.take(&watch.poll(), 4.0), 1);
        let mark = marks.iter().last().unwrap();
        assert!(mark.is_of(&[hash_of_label("other")]), "it has too many to know");
    }

    #[test]
    fn marks_are_bounded_and_forgotten() {
        let directory = TempDir::new().unwrap();
        let (mut watch, mut marks) = (Watch::new([directory.path()]), Marks::default());
        for second in 0..=MAX_MARKS as u64 {
            let stats = (second % 2 == 1).then(|| start(&directory, &[]));
            marks.take(
                &watch.poll_at(Duration::from_secs(second), std::time::SystemTime::UNIX_EPOCH),
                0.0,
            );
            drop(stats);
        }
        assert_eq!(marks.iter().count(), MAX_MARKS);
        marks.forget(Duration::from_secs(MAX_MARKS as u64));
        assert_eq!(marks.iter().count(), 1);
    }
}
