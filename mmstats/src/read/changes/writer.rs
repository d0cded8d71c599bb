//! Whether two snapshots are of the same writer's file, and since when there is one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::read::{ProcessKey, StatsFile};

/// How much older than the last update a file may say it is and still have been created after it:
/// a writer takes the time first and links the file last.
pub(super) const CREATION_SLACK: Duration = Duration::from_secs(5);

/// Whether both are of one file and one writer.
///
/// A thread that adopts another's file goes on with what that one counted, so it is the same.
pub(super) fn is_same(one: &StatsFile, other: &StatsFile) -> bool {
    let (content, other_content) = (one.content(), other.content());
    content.is_same(other_content)
        || one.device_and_inode() == other.device_and_inode()
            && (content.has_structure_of(other_content) || one.identity() == other.identity())
            && one.created() == other.created()
}

/// What distinguishes nearly all files and writers, in less memory than a snapshot takes.
///
/// The same writer's file always has the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct WriterKey {
    inode: Option<(u64, u64)>,
    process: Option<ProcessKey>,
    created_bits: Option<u64>,
}

impl WriterKey {
    /// `None` if the file has too little that distinguishes it.
    pub(super) fn of(file: &StatsFile) -> Option<Self> {
        let (inode, created) = (file.device_and_inode(), file.created());
        let created_bits = created.map(f64::to_bits);
        let is_known = inode.is_some() || created.is_some();
        is_known.then(|| Self { inode, process: file.process(), created_bits })
    }
}

/// Whether a file was created in the `interval` before `now`, rather than moved here. One that
/// doesn't say when it was created is taken to be new.
pub(super) fn was_created_within(file: &StatsFile, interval: Duration, now: SystemTime) -> bool {
    let is_young = |created| is_within(created, interval.saturating_add(CREATION_SLACK), now);
    file.created().is_none_or(is_young)
}

/// Whether the Unix time `created` is in the `span` before `now`, or later: the clock was set.
pub(super) fn is_within(created: f64, span: Duration, now: SystemTime) -> bool {
    let now = match now.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(error) => -error.duration().as_secs_f64(),
    };
    now - created <= span.as_secs_f64()
}
