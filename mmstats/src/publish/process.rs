//! What the end of the process does with its files, and what a forked child forgets.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::stat::lstat;

use crate::file::FileId;
use crate::memory::{ForkProof, OnceAcrossForks, ThisProcess, at_exit, at_fork_in_child};

/// The files that this process made and removes when it ends. A child's list begins empty: its
/// parent's files are not its own.
static FILES: ForkProof<Mutex<Files>> = ForkProof::new();

#[derive(Debug, Default)]
struct Files {
    /// The process ends, and its files are removed already.
    over: bool,
    next: u64,
    own: BTreeMap<u64, OwnFile>,
    /// The paths of them all.
    paths: HashSet<PathBuf>,
}

#[derive(Debug)]
struct OwnFile {
    path: PathBuf,
    id: FileId,
    /// It stays when its stats are dropped or the process ends.
    keep: bool,
}

/// A file in the list, by its number. A child's numbers say nothing about the parent's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileNumber {
    process: ThisProcess,
    number: u64,
}

impl FileNumber {
    /// Whether this process made the file, and not one that it was forked from.
    pub(super) fn is_own(self) -> bool {
        self.process == ThisProcess::get()
    }
}

/// Takes down a file that was just made.
pub(super) fn enlist(path: &Path, id: FileId, keep: bool) -> FileNumber {
    static HOOKS: OnceAcrossForks = OnceAcrossForks::new();
    HOOKS.call(|| {
        at_exit(remove_all);
        at_fork_in_child(|| FILES.forget());
    });
    let mut files = files();
    files.next += 1;
    let number = files.next;
    let file = OwnFile { path: path.into(), id, keep };
    if files.over && !keep {
        // Made by a thread that still runs, or by a later exit handler.
        file.unlink();
    } else {
        files.own.insert(number, file);
        files.paths.insert(path.into());
    }
    FileNumber { process: ThisProcess::get(), number }
}

/// Whether this process made a file of this name, and still publishes in it.
pub(super) fn has_made(path: &Path) -> bool {
    files().paths.contains(path)
}

/// Removes the file if this process made it and its name is still its own.
pub(super) fn remove(number: FileNumber) {
    if let Some(file) = strike_off(number) {
        file.unlink();
    }
}

/// The stats are dropped: removes the file unless it is to be kept.
pub(super) fn release(number: FileNumber) {
    if let Some(file) = strike_off(number).filter(|file| !file.keep) {
        file.unlink();
    }
}

fn strike_off(file: FileNumber) -> Option<OwnFile> {
    if !file.is_own() {
        return None;
    }
    let mut files = files();
    let file = files.own.remove(&file.number)?;
    files.paths.remove(&file.path);
    Some(file)
}

extern "C" fn remove_all() {
    let own = {
        let mut files = files();
        files.over = true;
        std::mem::take(&mut files.own)
    };
    own.values().filter(|file| !file.keep).for_each(OwnFile::unlink);
}

fn files() -> MutexGuard<'static, Files> {
    // Nothing in here panics halfway; and if it did, the list would still be a list.
    FILES.get().lock().unwrap_or_else(PoisonError::into_inner)
}

impl OwnFile {
    fn unlink(&self) {
        if lstat(&self.path).is_ok_and(|found| FileId::from(&found) == self.id) {
            // What can't be removed, cleanstats will remove.
            let _ = fs::remove_file(&self.path);
        }
    }
}
