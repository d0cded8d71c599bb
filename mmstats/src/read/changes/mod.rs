//! What changed between updates.

mod comparison;
mod departed;
mod file_change;
mod increase;
mod known;
mod matching;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use super::{StatsFile, Update};
use comparison::Comparison;
use departed::Departed;
pub use file_change::{FileChange, FileEvent};
pub use increase::Increase;
use known::KnownFiles;

/// What changed between updates: how much each stat of each file has counted.
///
/// It is given each [`Update`] in turn and compares it with the one before. What it counts adds up
/// to what programs counted, whichever files come and go:
///
/// - The first update is the **baseline**: what files hold already isn't new.
/// - A file that was created since the last update counts from zero. One that was moved here, which
///   its `sys.created` shows, is a baseline; so is one that was there but couldn't be read.
/// - A file that is [removed](Update::removed) has its last increase, once.
/// - A file that is renamed goes on: its new path counts from its last state, its old path is
///   removed and has nothing new.
/// - A file that another thread adopts goes on, too.
/// - Another writer's file under a known path counts from zero if it was created since the last
///   update.
/// - A file that can't be read for a while is compared with its last state when it can be again.
/// - A counter that fell restarted at an unknown moment: nothing is known to be new, and the next
///   increase is taken from there. If the step is at most 2^48, it has wrapped instead.
/// - A stat that is added to a known file counts from zero, unless the file couldn't be read to its
///   end before.
/// - After a [gap](Update::after_gap) all files are baselines.
///
/// An increase is computed when it is asked for. Until the next update the memory of both states of
/// a file is kept.
///
/// ```
/// use mmstats::{Changes, Counter, Increase, MmStats, Watch};
///
/// #[derive(MmStats)]
/// struct JobStats {
///     done: Counter,
/// }
///
/// # let directory = tempfile::tempdir()?;
/// # let directory = directory.path();
/// let mut watch = Watch::new([directory]);
/// let mut changes = Changes::new();
/// changes.advance(&watch.poll());
///
/// let stats = JobStats::options().path(directory).create()?;
/// stats.done.add(3);
/// changes.advance(&watch.poll());
///
/// let done = |changes: &Changes| {
///     let file = &changes.files()[0];
///     file.increase(&file.file().get("done")?)
/// };
/// assert_eq!(done(&changes), Some(Increase::Count(3)));
///
/// stats.done.add(2);
/// drop(stats); // removes the file
/// changes.advance(&watch.poll());
/// assert!(changes.files()[0].is_removed());
/// assert_eq!(done(&changes), Some(Increase::Count(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Changes {
    /// When the last update was.
    last: Option<Duration>,
    interval: Duration,
    files: Vec<FileChange>,
    /// The last states of files that can't be read at the moment.
    unreadable: Vec<StatsFile>,
    /// The paths of what couldn't be read or listed at the last update.
    unread: HashSet<PathBuf>,
    departed: Departed,
}

impl Changes {
    /// Has no update yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compares the files with those of the last update, which this one replaces.
    pub fn advance(&mut self, update: &Update<'_>) {
        let is_first = self.last.is_none();
        let elapsed = self.last.map(|last| update.monotonic().saturating_sub(last));
        self.interval = elapsed.filter(|_| !update.after_gap()).unwrap_or_default();
        self.last = Some(update.monotonic());

        let present = self.files.drain(..).filter(|change| !change.is_removed());
        let present = present.map(FileChange::into_file);
        let known = KnownFiles::new(present.chain(self.unreadable.drain(..)));
        let comparison = Comparison {
            update,
            known,
            unread: &self.unread,
            departed: &self.departed,
            interval: self.interval,
            is_first,
        };
        let (files, left) = comparison.finish();
        self.files = files;

        let errors = update.all_errors().filter(|error| !error.is_not_found());
        self.unread = errors.map(|error| error.path().to_owned()).collect();
        if update.after_gap() {
            // Nobody knows when they went. The clock may have begun anew.
            self.departed.restart(update.monotonic());
            left.for_each(|file| self.departed.insert(&file, update.monotonic()));
        } else {
            self.unreadable.extend(left.filter(|file| self.unread.contains(file.path())));
        }
        for removed in update.removed() {
            self.departed.insert(removed.file(), update.monotonic());
        }
        self.departed.forget(update.monotonic(), update.wall());
    }

    /// The time between the last two updates; zero after the first one and after a
    /// [gap](Update::after_gap).
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// What became of each file, sorted by the bytes of the paths. Files that are removed are among
    /// them once; the path of one may be there twice, if it has another file now.
    pub fn files(&self) -> &[FileChange] {
        &self.files
    }
}
