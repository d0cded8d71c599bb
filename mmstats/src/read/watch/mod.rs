//! Follows stats files over time.

mod entry;
mod followed;
mod found;
mod reading;

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::mem;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use nix::sys::resource::{Resource, getrlimit};

use self::followed::FollowedFiles;
use self::found::Found;
use self::reading::{Descriptors, Reading};
use super::content::Scratch;
use super::locate::locate;
use super::parsed::Fields;
use super::{ReadBudget, Update, UpdateParts, WatchedFile};
use crate::file::{Owners, Processes, ReadError};

/// Follows the stats files at some locations, for a reader that polls: which come and go, what they
/// say, and whether their writers live.
///
/// A file that is known costs one `pread` a poll, and a probe of its lock; values of several words
/// take further copies, as in [`StatsFile::read`](crate::StatsFile::read). Its structure is parsed
/// again only if it has changed. Files stay open between polls, so a file that was removed is read a
/// last time: what a program counted before it ended in order isn't lost. A file that is created and
/// removed between two polls isn't seen at all; [`Options::keep`](crate::Options::keep) makes a
/// writer leave its file behind.
///
/// A watch starts no thread and changes no limit of the process.
///
/// ```
/// use mmstats::Watch;
/// # use mmstats::{Counter, MmStats};
/// # #[derive(MmStats)]
/// # struct Jobs { done: Counter }
/// # let directory = tempfile::tempdir()?;
/// # let stats = Jobs::options().path(directory.path()).create()?;
///
/// let mut watch = Watch::new([directory.path()]);
/// assert_eq!(watch.poll().added().len(), 1);
/// stats.done.add(500);
/// drop(stats); // removes the file
/// let update = watch.poll();
/// assert_eq!(update.files().len(), 0);
/// let done = update.removed()[0].file().get("done").map(|stat| stat.value().to_string());
/// assert_eq!(done.as_deref(), Some("500"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Watch {
    locations: Vec<OsString>,
    owners: Owners,
    budget: ReadBudget,
    descriptors: Descriptors,
    /// When the first poll began.
    begun: Option<Instant>,
    /// When the last poll began, by both clocks.
    times: (Duration, SystemTime),
    /// The number of the last poll.
    poll: u64,
    followed: FollowedFiles,
    removed: Vec<WatchedFile>,
    /// Errors of the last poll, but for those of known files.
    errors: Vec<ReadError>,
    /// All errors of the poll before, each path with its reason.
    reported: HashSet<(PathBuf, String)>,
    /// Where the last poll searched.
    searched: Vec<String>,
}

impl Watch {
    /// Follows the files at these locations: files, directories and globs as
    /// [`find`](crate::find) takes them, without any the default locations.
    ///
    /// Nothing is read before the first poll.
    pub fn new<A: AsRef<OsStr>>(locations: impl IntoIterator<Item = A>) -> Self {
        Self {
            locations: locations.into_iter().map(|location| location.as_ref().into()).collect(),
            owners: Owners::default(),
            budget: ReadBudget::new(),
            descriptors: Descriptors { open: 0, max: half_of_all_descriptors() },
            begun: None,
            times: (Duration::ZERO, SystemTime::UNIX_EPOCH),
            poll: 0,
            followed: FollowedFiles::default(),
            removed: Vec::new(),
            errors: Vec::new(),
            reported: HashSet::new(),
            searched: Vec::new(),
        }
    }

    /// Reads only files of these users, by their uids; none: files of all users.
    ///
    /// What counts is the owner of the inode that is opened, when it is opened.
    pub fn owners(mut self, uids: impl IntoIterator<Item = u32>) -> Self {
        self.owners = Owners::new(uids);
        self
    }

    /// Limits how many files stay open between polls. The others are opened at each poll, and what
    /// they count after the last poll before their end is lost. The default is half of the process's
    /// soft limit of descriptors, as it is when the watch is created.
    pub fn max_open(mut self, files: usize) -> Self {
        self.descriptors.max = files;
        self
    }

    /// Limits all files together. The default is [`ReadBudget::new`]. A file that doesn't fit is an
    /// error, and is read when others are gone.
    pub fn budget(mut self, budget: ReadBudget) -> Self {
        self.budget = budget;
        self
    }

    /// How many bytes the files take in memory, as [`ReadBudget::bytes`] counts them.
    pub fn bytes(&self) -> u64 {
        self.budget.bytes()
    }

    /// Polls now. What fails is among the errors of the update.
    pub fn poll(&mut self) -> Update<'_> {
        let now = Instant::now();
        let begun = *self.begun.get_or_insert(now);
        self.poll_at(now.saturating_duration_since(begun), SystemTime::now())
    }

    /// Polls now, by clocks of the caller: the time since its first poll, and the system's time.
    pub fn poll_at(&mut self, monotonic: Duration, wall: SystemTime) -> Update<'_> {
        self.poll += 1;
        let mut found = Found::new(|path, inode| {
            let known = self.followed.find(path);
            known.map(|entry| entry.found(inode)).is_some()
        });
        locate(&self.locations, &mut found);
        let Found { locations, mut new, errors, unlisted, .. } = found;
        (self.searched, self.errors) = (locations, errors);
        let mut reading = Reading {
            budget: &mut self.budget,
            descriptors: &mut self.descriptors,
            owners: &self.owners,
            processes: Processes::new(),
            scratch: Scratch::new(),
            fields: Fields::default(),
            poll: self.poll,
        };
        let over = self.followed.poll(&unlisted, &mut new, &mut reading);
        self.removed = over.into_iter().map(|entry| entry.finish(&mut reading)).collect();
        self.errors.extend(unlisted.errors_at(self.followed.paths()));
        self.errors.extend(self.followed.add(new, &mut reading));
        self.update(monotonic, wall)
    }

    fn update(&mut self, monotonic: Duration, wall: SystemTime) -> Update<'_> {
        self.times = (monotonic, wall);
        let reported = mem::take(&mut self.reported);
        let with_reason = |error: &ReadError| (error.path().to_owned(), error.reason());
        self.reported = self.all_errors().map(with_reason).collect();
        let is_new = |error: &&ReadError| !reported.contains(&with_reason(error));
        let parts = UpdateParts {
            added: self.followed.added(self.poll).collect(),
            removed: &self.removed,
            errors: self.all_errors().filter(is_new).collect(),
            ..self.latest().parts
        };
        Update { parts }
    }

    fn all_errors(&self) -> impl Iterator<Item = &ReadError> {
        self.errors.iter().chain(self.followed.errors())
    }

    /// The files as the last poll found them, without reading them again. None of them is
    /// [added](Update::added) or [removed](Update::removed), and no error is new.
    pub fn latest(&self) -> Update<'_> {
        let (monotonic, wall) = self.times;
        let parts = UpdateParts {
            files: self.followed.readable().collect(),
            all_errors: self.all_errors().collect(),
            locations: &self.searched,
            ..UpdateParts::new(monotonic, wall)
        };
        Update { parts }
    }
}

/// The default for [`Watch::max_open`].
fn half_of_all_descriptors() -> usize {
    /// The usual soft limit.
    const USUAL: u64 = 1024;
    let soft = getrlimit(Resource::RLIMIT_NOFILE).map_or(USUAL, |(soft, _)| soft);
    usize::try_from(soft / 2).unwrap_or(usize::MAX)
}
