//! Removes this process's files when it ends; a forked child forgets them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, mem};

use nix::sys::stat::lstat;

use super::no_alloc_mutex::NoAllocMutex;
use crate::file::FileId;
use crate::memory::{ChildHook, ForkSafe, OnceAcrossForks, ThisProcess, at_exit, at_fork_in_child};

/// The files that this process created and removes when it ends. A child's list begins empty: its
/// parent's files are not its own.
static FILES: ForkSafe<NoAllocMutex<Files>> = ForkSafe::new();

#[derive(Debug, Default)]
struct Files {
    /// The process is ending, and its files are already removed.
    over: bool,
    own: HashMap<Arc<Path>, OwnFile>,
}

/// A file created by this process or by one that it was forked from.
#[derive(Clone, Debug)]
pub(super) struct OwnFile {
    path: Arc<Path>,
    id: FileId,
    /// It stays when its stats are dropped or the process ends.
    keep: bool,
    process: ThisProcess,
    /// Those that go with it, if there can be any.
    further: Option<Arc<OwnFurtherFiles>>,
}

/// The further files of one instance: they are removed with the first.
#[derive(Debug, Default)]
pub(super) struct OwnFurtherFiles(NoAllocMutex<FurtherList>);

#[derive(Debug, Default)]
struct FurtherList {
    /// The first file was removed, and so is what comes later.
    removed: bool,
    files: Vec<OwnFile>,
}

impl OwnFurtherFiles {
    /// Adds a file.
    pub(super) fn add(&self, file: &OwnFile) {
        let mut new = Some(file.clone());
        self.0.with_reserved(|list| &mut list.files, |list| list.files.extend(new.take()));
        if self.are_removed() {
            self.remove();
        }
    }

    /// Whether the first file was removed.
    pub(super) fn are_removed(&self) -> bool {
        self.0.with(|list| list.removed)
    }

    fn remove(&self) {
        let files = self.0.with(|list| {
            list.removed = true;
            mem::take(&mut list.files)
        });
        files.iter().for_each(remove);
    }
}

/// Records a file that was just created by this process.
pub(super) fn register(path: &Path, id: FileId, keep: bool, process: ThisProcess) -> OwnFile {
    static HOOKS: OnceAcrossForks = OnceAcrossForks::new();
    static IN_CHILD: ChildHook = ChildHook::new(|| FILES.forget());
    HOOKS.call(|| {
        at_exit(remove_all);
        at_fork_in_child(&IN_CHILD);
    });
    let file = OwnFile { path: path.into(), id, keep, process, further: None };
    let (over, _replaced) = FILES.get().with_reserved(
        |files| &mut files.own,
        |files| (files.over, files.own.insert(Arc::clone(&file.path), file.clone())),
    );
    if over {
        // Created by a thread that still runs, or by a later exit handler.
        release(&file);
    }
    file
}

/// Whether this process created a file of this name and still publishes in it.
pub(super) fn has_made(path: &Path) -> bool {
    FILES.get().with(|files| files.own.contains_key(path))
}

/// Removes the file if this process created it and it still has its name, and its further files.
pub(super) fn remove(file: &OwnFile) {
    if deregister(file) {
        file.unlink();
    }
    if let Some(further) = &file.further {
        further.remove();
    }
}

/// Removes the file when its stats are dropped, unless it is to be kept.
pub(super) fn release(file: &OwnFile) {
    if deregister(file) && !file.keep {
        file.unlink();
    }
}

/// Returns whether the file was in the list; a later file of the same name doesn't count.
fn deregister(file: &OwnFile) -> bool {
    if !file.is_own() {
        return false;
    }
    let deregistered = FILES.get().with(|files| {
        let listed = files.own.get(&file.path)?;
        if listed.id == file.id { files.own.remove_entry(&file.path) } else { None }
    });
    deregistered.is_some()
}

extern "C" fn remove_all() {
    let own = FILES.get().with(|files| {
        files.over = true;
        mem::take(&mut files.own)
    });
    let process = ThisProcess::get();
    let own = own.values().filter(|file| file.process == process && !file.keep);
    own.for_each(OwnFile::unlink);
}

impl OwnFile {
    /// The same, with the files that go with it.
    pub(super) fn with_further(self, further: Option<Arc<OwnFurtherFiles>>) -> Self {
        Self { further, ..self }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this process created it, and not one that it was forked from.
    pub(super) fn is_own(&self) -> bool {
        self.process == ThisProcess::get()
    }

    fn unlink(&self) {
        if lstat(&*self.path).is_ok_and(|found| FileId::from(&found) == self.id) {
            // cleanstats removes what can't be removed here.
            let _ = fs::remove_file(&self.path);
        }
    }
}
