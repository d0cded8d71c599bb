//! Jobs as a program declares them.

use std::fs::read_link;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, process};

use mmstats_proc::Roots;
use mmstats_proc::process::Tree;

use super::background::Background;
use super::shared::{JobEntry, Names};
use crate::figures::{JobFigures, List};
use crate::wire::Parameter;

/// How long final figures are waited for.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A job: where its figures are sent, and what belongs to it.
#[derive(Clone, Debug)]
#[must_use = "a job is monitored by `ApMon::add_job`"]
pub struct Job {
    names: Names,
    work_dir: Option<PathBuf>,
    members: Members,
}

/// What belongs to a job.
#[derive(Clone, Debug)]
enum Members {
    /// The root process and its descendants.
    OfRoot,
    /// All descendants of this process.
    Descendants(Box<Tree>),
    /// The same, but `/proc` can't be read, or shows process ids of another namespace.
    Unreadable,
}

impl Job {
    /// A job whose figures are for this cluster and node. It is a process and its descendants.
    pub fn new(cluster: impl Into<String>, node: impl Into<String>) -> Self {
        let names = Names { cluster: cluster.into(), node: node.into() };
        Self { names, work_dir: None, members: Members::OfRoot }
    }

    /// Where the job works: the size of this directory, and how full its file system is, are figures, too.
    pub fn work_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.work_dir = Some(directory.into());
        self
    }

    /// Another node: one that is known only when the root has been started.
    pub fn node(mut self, node: impl Into<String>) -> Self {
        self.names.node = node.into();
        self
    }

    /// The job is all descendants of this process, which adopts orphans (`PR_SET_CHILD_SUBREAPER`): none is
    /// missed, and their processor time is what `wait4` says, from this call on. It goes on when its root has
    /// ended. To be called before the root is started.
    pub fn descendants(mut self) -> Self {
        let is_ours =
            read_link("/proc/self").is_ok_and(|pid| pid == Path::new(&process::id().to_string()));
        let tree = if is_ours { Tree::below(&Roots::default(), process::id()) } else { None };
        self.members =
            tree.map_or(Members::Unreadable, |tree| Members::Descendants(Box::new(tree)));
        self
    }

    fn into_entry(self, roots: &Roots, root: u32) -> Result<JobEntry, JobError> {
        let (tree, ends_with_root) = match self.members {
            Members::OfRoot => (Tree::of(roots, root).ok_or(JobError::NoProcess(root))?, true),
            Members::Unreadable => return Err(JobError::Unreadable),
            Members::Descendants(mut tree) => {
                // One that has ended already has figures, too.
                tree.set_root(roots, root);
                (*tree, false)
            }
        };
        let figures = JobFigures::new(tree, self.work_dir);
        Ok(JobEntry { names: self.names, figures, ends_with_root, has_ended: false })
    }
}

/// A job that is monitored. When it is dropped, final figures are sent; if the job's process has ended
/// before, they were sent soon after that.
#[derive(Debug)]
#[must_use = "dropping it ends the job's monitoring"]
pub struct JobHandle {
    background: Arc<Background>,
    number: u64,
    is_finished: bool,
}

impl JobHandle {
    pub(crate) fn new(background: Arc<Background>, pid: u32, job: Job) -> Result<Self, JobError> {
        let entry = job.into_entry(background.roots(), pid)?;
        let number = background.add(entry);
        Ok(Self { background, number, is_finished: false })
    }

    /// Sends final figures with these parameters among them, and returns when they were sent or queued: at
    /// most after a second. If final figures were sent before, or are turned off, the parameters go alone. A parameter replaces the figure with its name; of `cpu_time` the greater stays,
    /// so that it never falls.
    pub fn finish<'a>(mut self, parameters: impl AsRef<[Parameter<'a>]>) {
        self.is_finished = true;
        if self.background.is_own() {
            let mut figures = List::default();
            for parameter in parameters.as_ref() {
                figures.set(parameter);
            }
            self.background.finish_with(self.number, figures, TIMEOUT);
        }
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        // In a forked child, the job is its parent's.
        if !self.is_finished && self.background.is_own() {
            self.background.finish(self.number);
        }
    }
}

/// Why a job can't be monitored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobError {
    /// There is no such process.
    NoProcess(u32),
    /// `/proc` can't be read, or it is that of another pid namespace.
    Unreadable,
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProcess(pid) => write!(f, "there is no process {pid}"),
            Self::Unreadable => f.write_str("/proc can't be read, or shows other processes"),
        }
    }
}

impl std::error::Error for JobError {}
