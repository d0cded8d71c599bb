//! A naive reader of files over time: it reads everything anew in each poll.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use mmstats::{Life, Processes, ReadError, ReadOptions, StatsFile, find};

/// A device and an inode.
pub type Id = (u64, u64);

/// What a poll has to find.
#[derive(Default)]
pub struct Expected {
    /// By path.
    pub files: BTreeMap<PathBuf, (StatsFile, Life)>,
    pub added: Vec<PathBuf>,
    /// With what it said last, and, if it can be known, what it says now.
    pub removed: BTreeMap<(PathBuf, Id), (StatsFile, Option<StatsFile>)>,
    /// With reasons.
    pub errors: Vec<(PathBuf, String)>,
    pub all_errors: Vec<(PathBuf, String)>,
    pub locations: Vec<String>,
}

struct Known {
    id: Id,
    last: StatsFile,
    /// Open, so that it can still be read when its name is gone.
    file: Option<File>,
}

/// The naive reader.
pub struct Model {
    locations: Vec<PathBuf>,
    /// Whether it keeps files open. Then no inode number is used again.
    keeps: bool,
    known: BTreeMap<PathBuf, Known>,
    reported: BTreeSet<(PathBuf, String)>,
}

impl Model {
    pub fn new(locations: Vec<PathBuf>, keeps: bool) -> Self {
        Self { locations, keeps, known: BTreeMap::new(), reported: BTreeSet::new() }
    }

    pub fn poll(&mut self) -> Expected {
        let search = find(&self.locations);
        let mut expected = Expected {
            all_errors: search.errors().iter().map(described).collect(),
            locations: search.locations().to_vec(),
            ..Expected::default()
        };
        let mut processes = Processes::new();
        for path in search.paths() {
            match ReadOptions::new().read(path) {
                Ok(file) => {
                    expected.all_errors.extend(file.problem().map(described));
                    let life = file.life(&mut processes);
                    expected.files.insert(path.clone(), (file, life));
                }
                // A symbolic link to nothing.
                Err(error) if error.is_not_found() => {}
                Err(error) => expected.all_errors.push(described(&error)),
            }
        }
        self.forget(&mut expected);
        self.learn(&mut expected);
        expected.all_errors.sort();
        let is_new = |error: &&_| !self.reported.contains(*error);
        expected.errors = expected.all_errors.iter().filter(is_new).cloned().collect();
        self.reported = expected.all_errors.iter().cloned().collect();
        expected
    }

    /// What is gone, or has another file under its name.
    fn forget(&mut self, expected: &mut Expected) {
        let is_gone = |path: &Path, known: &Known| match expected.files.get(path) {
            Some((file, _)) => file.device_and_inode() != Some(known.id),
            None => id_at(path) != Some(known.id),
        };
        let gone = self.known.extract_if(.., |path, known| is_gone(path, known));
        for (path, known) in gone {
            let now = known.file.as_ref().and_then(reread);
            expected.removed.insert((path, known.id), (known.last, now));
        }
    }

    fn learn(&mut self, expected: &mut Expected) {
        for (path, (file, _)) in &expected.files {
            if let Some(known) = self.known.get_mut(path) {
                known.last = file.clone();
                continue;
            }
            let id = file.device_and_inode().unwrap();
            expected.added.push(path.clone());
            let opened = if self.keeps { Some(File::open(path).unwrap()) } else { None };
            self.known.insert(path.clone(), Known { id, last: file.clone(), file: opened });
        }
    }
}

/// The error's file and reason.
pub fn described(error: &ReadError) -> (PathBuf, String) {
    (error.path().to_owned(), error.reason())
}

/// The regular file that a name has; none if it is a link that leads nowhere, or anything else, which
/// may have the inode number of a file before it.
fn id_at(path: &Path) -> Option<Id> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file);
    found.map(|found| (found.dev(), found.ino()))
}

/// An open file, whatever its names.
fn reread(file: &File) -> Option<StatsFile> {
    StatsFile::read(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}
