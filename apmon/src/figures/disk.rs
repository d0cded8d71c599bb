//! What a job's work directory takes, and the space of its disk.
//!
//! Both may block for ever where a server of files is dead. So a short-lived thread asks for them, and
//! who waits for it has a deadline.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mmstats_proc::disk::{DiskUsage, TreeSizeLimits, tree_size};

#[cfg(test)]
mod tests;

/// How long, and how far, the size of a directory is looked for.
const SIZE_LIMITS: TreeSizeLimits =
    TreeSizeLimits { time: Duration::from_secs(2), entries: 1_000_000 };

/// A directory, and the thread that asks for its figures.
#[derive(Debug)]
pub(super) struct Disk {
    directory: PathBuf,
    inquiry: Option<Inquiry>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// The space of the disk.
    pub(super) space: bool,
    /// What the directory takes of it.
    pub(super) size: bool,
}

/// What was found in time.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The space of the disk.
    pub(super) space: Option<DiskUsage>,
    /// What the directory takes of it, in bytes. Absent if a part of it can't be read.
    pub(super) size: Option<u64>,
}

#[derive(Debug)]
struct Inquiry {
    thread: JoinHandle<()>,
    /// Its sender is dropped when the thread has nothing more to say.
    answers: Receiver<Answer>,
    /// Nobody waits for it any more: what it says now is too old.
    is_late: bool,
}

#[derive(Debug)]
enum Answer {
    Space(DiskUsage),
    Size(u64),
}

impl Disk {
    /// The figures of a directory.
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory, inquiry: None }
    }

    /// Starts a thread that asks, unless the last one is still at it. Where no thread can be started, there
    /// are no figures this time.
    pub(super) fn begin(&mut self, wanted: Wanted) {
        if wanted.space || wanted.size {
            let directory = self.directory.clone();
            self.begin_with(move |answers| ask(&directory, wanted, answers));
        }
    }

    /// Whether a thread was asked and nobody waited for it.
    #[cfg(test)]
    pub(super) fn is_asked(&self) -> bool {
        self.inquiry.as_ref().is_some_and(|inquiry| !inquiry.is_late)
    }

    fn begin_with(&mut self, ask: impl FnOnce(&Sender<Answer>) + Send + 'static) {
        if self.inquiry.as_ref().is_some_and(|it| !it.thread.is_finished()) {
            return;
        }
        let (sender, answers) = channel();
        let thread =
            thread::Builder::new().name("apmon-disk".to_owned()).spawn(move || ask(&sender));
        self.inquiry = thread.ok().map(|thread| Inquiry { thread, answers, is_late: false });
    }

    /// What is found by the deadline since [`begin`](Self::begin).
    pub(super) fn wait(&mut self, deadline: Instant) -> Found {
        let mut found = Found::default();
        let Some(inquiry) = self.inquiry.as_mut().filter(|it| !it.is_late) else { return found };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match inquiry.answers.recv_timeout(left) {
                Ok(Answer::Space(space)) => found.space = Some(space),
                Ok(Answer::Size(size)) => found.size = Some(size),
                Err(RecvTimeoutError::Timeout) => {
                    inquiry.is_late = true;
                    return found;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.inquiry = None;
                    return found;
                }
            }
        }
    }
}

/// Nobody may listen any more.
fn ask(directory: &Path, wanted: Wanted, answers: &Sender<Answer>) {
    if wanted.space
        && let Ok(space) = DiskUsage::of(directory)
    {
        let _ = answers.send(Answer::Space(space));
    }
    if wanted.size
        && let Ok(size) = tree_size(directory, SIZE_LIMITS)
        && size.unreadable == 0
    {
        let _ = answers.send(Answer::Size(size.bytes));
    }
}
