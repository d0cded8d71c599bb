//! Whether two snapshots are of the same writer's file, and since when there is one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::read::StatsFile;

/// How much older than the last update a file may say it is and still have been created after it:
/// a writer takes the time first and links the file last.
const CREATION_SLACK: Duration = Duration::from_secs(5);

/// Whether both are of one file and one writer.
///
/// A thread that adopts another's file goes on with what that one counted, so it is the same.
pub(super) fn is_same(one: &StatsFile, other: &StatsFile) -> bool {
    one.content().is_same(other.content())
        || one.device_and_inode() == other.device_and_inode()
            && has_same_identity(one, other)
            && one.created() == other.created()
}

fn has_same_identity(one: &StatsFile, other: &StatsFile) -> bool {
    one.content().has_structure_of(other.content()) || one.identity() == other.identity()
}

/// Whether a file was created in the `interval` before `now`, rather than moved here. One that
/// doesn't say when it was created is taken to be new.
pub(super) fn was_created_within(file: &StatsFile, interval: Duration, now: SystemTime) -> bool {
    let span = interval + CREATION_SLACK;
    // A file of the future is young: the clock was set.
    file.created().is_none_or(|created| unix_time(now) - created <= span.as_secs_f64())
}

fn unix_time(time: SystemTime) -> f64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(error) => -error.duration().as_secs_f64(),
    }
}
