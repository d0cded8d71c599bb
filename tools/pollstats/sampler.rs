//! From looks at the files to what changed between them.
//!
//! The first look is the baseline. From then on each file is compared with itself: a file that
//! goes takes its total with it without making anything negative, one that comes counts from
//! zero because it was born in between, and another writer's file under a known name is a file
//! that came.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mmstats::{Identity, Verdict};

use super::figure::Figure;
use crate::common::natural;

/// How much older than the last look a file may say it is and still have been born after it: a
/// writer notes the time first and gives the file its name last.
const BIRTH: Duration = Duration::from_secs(5);

/// All files at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// When the look began.
    pub at: Instant,
    /// The same as Unix time, in seconds.
    pub time: f64,
    /// The files that were read.
    pub files: Vec<FileSnapshot>,
    /// Files that are there but weren't taken: unreadable at the moment, or filtered out.
    pub others: Vec<PathBuf>,
}

/// One file at one moment.
#[derive(Debug)]
pub struct FileSnapshot {
    /// Where it is.
    pub path: PathBuf,
    /// Whose it is.
    pub writer: Writer,
    /// Whether it was read to its end.
    pub whole: bool,
    /// Whether its program is alive, where that was asked.
    pub life: Option<Verdict>,
    /// The figures by label.
    pub figures: HashMap<String, Figure>,
}

/// What tells a file's writer from another one that uses the same name later.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Writer {
    /// The device and inode of its file. The original uses a file of its name again.
    pub file: Option<(u64, u64)>,
    /// Who made the file, where it tells.
    pub identity: Option<Identity>,
    /// When it was made, as Unix time in seconds, where it tells.
    pub created: Option<f64>,
}

/// What happened between two looks.
#[derive(Debug)]
pub struct Changes {
    /// The Unix time of the later look, in seconds.
    pub time: f64,
    /// The time between the looks, measured by a clock that nobody sets.
    pub interval: Duration,
    /// The files of the later look, in the order of their paths.
    pub files: Vec<FileChanges>,
    /// Files that came, went, or have another writer now.
    pub traffic: Vec<Traffic>,
}

impl Changes {
    /// What a baseline shows of the rows to come: how things are, and nothing new.
    pub fn none_since(baseline: &Snapshot, interval: Duration) -> Self {
        let file = |file: &FileSnapshot| FileChanges {
            path: file.path.clone(),
            life: file.life,
            figures: file
                .figures
                .iter()
                .map(|(label, figure)| (label.clone(), figure.nothing_new()))
                .collect(),
        };
        Self {
            time: baseline.time,
            interval,
            files: baseline.files.iter().map(file).collect(),
            traffic: Vec::new(),
        }
    }
}

/// What happened in one file.
#[derive(Debug)]
pub struct FileChanges {
    /// Where it is.
    pub path: PathBuf,
    /// Whether its program is alive, where that was asked.
    pub life: Option<Verdict>,
    /// What is new, by label.
    pub figures: HashMap<String, Figure>,
}

/// A file that came, went, or has another writer now.
#[derive(Debug, PartialEq, Eq)]
pub enum Traffic {
    Came(PathBuf),
    Replaced(PathBuf),
    Went(PathBuf),
}

/// Compares each look with the one before.
#[derive(Debug)]
pub struct Sampler {
    at: Instant,
    time: f64,
    /// As each file was when it was last read.
    files: HashMap<PathBuf, FileSnapshot>,
    /// Every file that was there, read or not.
    listed: HashSet<PathBuf>,
}

impl Sampler {
    /// Begins at a baseline.
    pub fn new(baseline: Snapshot) -> Self {
        Self {
            at: baseline.at,
            time: baseline.time,
            listed: listed(&baseline),
            files: by_path(baseline.files),
        }
    }

    /// What happened since the last look. `now` becomes the last look.
    pub fn advance(&mut self, now: Snapshot) -> Changes {
        let mut traffic = Vec::new();
        let mut files: Vec<_> =
            now.files.iter().map(|file| self.changes_of(file, &mut traffic)).collect();
        files.sort_by(|a, b| natural::compare_paths(&a.path, &b.path));
        let changes = Changes {
            time: now.time,
            interval: now.at.saturating_duration_since(self.at),
            files,
            traffic,
        };
        self.replace(now, changes)
    }

    fn replace(&mut self, now: Snapshot, mut changes: Changes) -> Changes {
        let listed = listed(&now);
        let gone = self.listed.difference(&listed).cloned().map(Traffic::Went);
        changes.traffic.extend(gone);
        // What couldn't be read this time is compared with its last state when it can be again.
        self.files.retain(|path, _| listed.contains(path));
        self.files.extend(by_path(now.files));
        (self.at, self.time, self.listed) = (now.at, now.time, listed);
        changes
    }

    fn changes_of(&self, file: &FileSnapshot, traffic: &mut Vec<Traffic>) -> FileChanges {
        let known = self.files.get(&file.path);
        let before = known.filter(|before| before.writer == file.writer);
        if before.is_none() {
            traffic.push(match known {
                Some(_) => Traffic::Replaced(file.path.clone()),
                None => Traffic::Came(file.path.clone()),
            });
        }
        let is_new = known.is_some() || !self.listed.contains(&file.path);
        let born = before.is_none() && is_new && self.born_since(&file.writer);
        let change = |label: &String, now: &Figure| match before {
            None if born => now.clone(),
            None => now.nothing_new(),
            Some(before) => match before.figures.get(label) {
                Some(before) => now.since(before),
                // A stat that was added to a living file.
                None if before.whole => now.clone(),
                None => now.nothing_new(),
            },
        };
        let figures =
            file.figures.iter().map(|(label, now)| (label.clone(), change(label, now))).collect();
        FileChanges { path: file.path.clone(), life: file.life, figures }
    }

    /// Whether a file that wasn't there was made since the last look, rather than moved here.
    fn born_since(&self, writer: &Writer) -> bool {
        writer.created.is_none_or(|created| created >= self.time - BIRTH.as_secs_f64())
    }
}

fn listed(snapshot: &Snapshot) -> HashSet<PathBuf> {
    let read = snapshot.files.iter().map(|file| &file.path);
    read.chain(&snapshot.others).cloned().collect()
}

fn by_path(files: Vec<FileSnapshot>) -> HashMap<PathBuf, FileSnapshot> {
    files.into_iter().map(|file| (file.path.clone(), file)).collect()
}

impl Traffic {
    /// The file, and what happened to it.
    pub fn tell(&self) -> (&Path, &'static str) {
        match self {
            Self::Came(path) => (path, "came"),
            Self::Replaced(path) => (path, "has another writer now"),
            Self::Went(path) => (path, "went"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When the baselines are taken, in seconds of Unix time.
    const START: f64 = 1e9;

    fn file(path: &str, created: f64, hits: u64) -> FileSnapshot {
        FileSnapshot {
            path: path.into(),
            writer: Writer { created: Some(created), ..Writer::default() },
            whole: true,
            life: None,
            figures: HashMap::from([("hits".to_owned(), Figure::Counter(hits))]),
        }
    }

    /// A sampler that looks once a second.
    struct Watched {
        begun: Instant,
        looks: u32,
        sampler: Sampler,
    }

    impl Watched {
        fn from(files: Vec<FileSnapshot>, others: &[&str]) -> Self {
            let begun = Instant::now();
            let sampler = Sampler::new(snapshot(begun, 0, files, others));
            Self { begun, looks: 0, sampler }
        }

        fn look(&mut self, files: Vec<FileSnapshot>, others: &[&str]) -> Changes {
            self.looks += 1;
            self.sampler.advance(snapshot(self.begun, self.looks, files, others))
        }
    }

    fn snapshot(
        begun: Instant,
        second: u32,
        files: Vec<FileSnapshot>,
        others: &[&str],
    ) -> Snapshot {
        Snapshot {
            at: begun + Duration::from_secs(second.into()),
            time: START + f64::from(second),
            files,
            others: others.iter().map(PathBuf::from).collect(),
        }
    }

    /// What is new of each file's counters.
    fn new(changes: &Changes) -> Vec<(&str, u64)> {
        let of_file = |file: &FileChanges| match file.figures["hits"] {
            Figure::Counter(new) => new,
            ref other => panic!("{other:?}"),
        };
        let files = changes.files.iter();
        files.map(|file| (file.path.to_str().unwrap(), of_file(file))).collect()
    }

    #[test]
    fn the_baseline_isn_t_new() {
        let mut watched = Watched::from(vec![file("a", 0.0, 100)], &[]);
        let changes = watched.look(vec![file("a", 0.0, 103)], &[]);
        assert_eq!(new(&changes), [("a", 3)]);
        assert_eq!(changes.interval, Duration::from_secs(1));
        assert_eq!(changes.time, START + 1.0);
        assert_eq!(new(&watched.look(vec![file("a", 0.0, 103)], &[])), [("a", 0)]);
    }

    #[test]
    fn a_file_that_is_born_counts_from_zero() {
        let mut watched = Watched::from(vec![], &[]);
        let changes = watched.look(vec![file("a", START + 0.5, 7)], &[]);
        assert_eq!(new(&changes), [("a", 7)]);
        assert_eq!(changes.traffic, [Traffic::Came("a".into())]);
        // Its writer noted the time just before the last look and named the file just after.
        assert_eq!(new(&watched.look(vec![file("b", START + 0.9, 5)], &[])), [("b", 5)]);
    }

    #[test]
    fn an_old_file_that_is_moved_here_is_a_baseline() {
        let mut watched = Watched::from(vec![], &[]);
        assert_eq!(new(&watched.look(vec![file("a", START - 60.0, 7)], &[])), [("a", 0)]);
        assert_eq!(new(&watched.look(vec![file("a", START - 60.0, 9)], &[])), [("a", 2)]);
    }

    #[test]
    fn a_file_without_a_birthday_is_born_when_it_comes() {
        let nameless = |hits| FileSnapshot { writer: Writer::default(), ..file("a", 0.0, hits) };
        let mut watched = Watched::from(vec![], &[]);
        assert_eq!(new(&watched.look(vec![nameless(7)], &[])), [("a", 7)]);
        assert_eq!(new(&watched.look(vec![nameless(8)], &[])), [("a", 1)]);
    }

    #[test]
    fn a_file_that_goes_leaves_no_negative_behind() {
        let mut watched = Watched::from(vec![file("a", 0.0, 100), file("b", 0.0, 5)], &[]);
        let changes = watched.look(vec![file("b", 0.0, 6)], &[]);
        assert_eq!(new(&changes), [("b", 1)]);
        assert_eq!(changes.traffic, [Traffic::Went("a".into())]);
    }

    #[test]
    fn another_writer_of_the_same_name_counts_from_zero() {
        let mut watched = Watched::from(vec![file("a", 0.0, 100)], &[]);
        let changes = watched.look(vec![file("a", START + 0.5, 120)], &[]);
        assert_eq!(new(&changes), [("a", 120)]);
        assert_eq!(changes.traffic, [Traffic::Replaced("a".into())]);
    }

    /// A container's program has the same pid and the same file name each time.
    #[test]
    fn the_same_pid_in_the_same_file_later_is_another_writer() {
        let of = |start_time, hits| {
            let mut identity = Identity::default();
            (identity.pid, identity.start_time) = (1, start_time);
            FileSnapshot {
                writer: Writer { file: Some((1, 1)), identity: Some(identity), created: None },
                ..file("a", 0.0, hits)
            }
        };
        let mut watched = Watched::from(vec![of(10, 3000)], &[]);
        assert_eq!(new(&watched.look(vec![of(11, 2000)], &[])), [("a", 2000)]);
        assert_eq!(new(&watched.look(vec![of(12, 5000)], &[])), [("a", 5000)]);
        assert_eq!(new(&watched.look(vec![of(12, 5001)], &[])), [("a", 1)]);
    }

    #[test]
    fn a_counter_that_falls_begins_anew() {
        let mut watched = Watched::from(vec![file("a", 0.0, 100)], &[]);
        assert_eq!(new(&watched.look(vec![file("a", 0.0, 30)], &[])), [("a", 0)]);
        assert_eq!(new(&watched.look(vec![file("a", 0.0, 31)], &[])), [("a", 1)]);
    }

    #[test]
    fn what_couldn_t_be_read_for_a_while_is_made_up_for() {
        let mut watched = Watched::from(vec![file("a", 0.0, 100)], &[]);
        assert_eq!(new(&watched.look(vec![], &["a"])), []);
        assert_eq!(new(&watched.look(vec![file("a", 0.0, 104)], &[])), [("a", 4)]);
    }

    #[test]
    fn what_was_there_but_couldn_t_be_read_isn_t_new() {
        let mut watched = Watched::from(vec![], &["a"]);
        assert_eq!(new(&watched.look(vec![file("a", START + 0.5, 7)], &[])), [("a", 0)]);
    }

    #[test]
    fn a_stat_that_is_added_counts_from_zero() {
        let bare = |whole| FileSnapshot { whole, figures: HashMap::new(), ..file("a", 0.0, 0) };
        let mut watched = Watched::from(vec![bare(true)], &[]);
        assert_eq!(new(&watched.look(vec![file("a", 0.0, 9)], &[])), [("a", 9)]);
        // Unless the file was cut short before: then it may have been there.
        let mut watched = Watched::from(vec![bare(false)], &[]);
        assert_eq!(new(&watched.look(vec![file("a", 0.0, 9)], &[])), [("a", 0)]);
    }
}
