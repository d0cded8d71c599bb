//! Which histories are asked for.

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::path::Path;
use std::time::{Instant, SystemTime};

use mmstats::Stat;

/// The most points of a stat.
pub const MOST_POINTS: usize = 11_000;

/// Which stats, of which time, in how many points.
///
/// ```
/// use mmstats_recording::HistoryQuery;
///
/// let query = HistoryQuery::of(|stat| stat.label() == "done").points(1_200);
/// ```
pub struct HistoryQuery<'a> {
    pub(super) stats: Box<dyn Fn(&Stat<'_>) -> bool + 'a>,
    pub(super) files: Box<dyn Fn(&Path) -> bool + 'a>,
    pub(super) range: (Bound<SystemTime>, Bound<SystemTime>),
    pub(super) points: usize,
    pub(super) deadline: Option<Instant>,
}

impl<'a> HistoryQuery<'a> {
    /// The stats for which this is true, of all files and of all time, in 1,000 points. It is asked
    /// once for all files of the same structure, so values play no part.
    pub fn of(stats: impl Fn(&Stat<'_>) -> bool + 'a) -> Self {
        Self {
            stats: Box::new(stats),
            files: Box::new(|_| true),
            range: (Bound::Unbounded, Bound::Unbounded),
            points: 1_000,
            deadline: None,
        }
    }

    /// Those of files with these paths alone.
    #[must_use]
    pub fn files(mut self, files: impl Fn(&Path) -> bool + 'a) -> Self {
        self.files = Box::new(files);
        self
    }

    /// The polls of a time.
    #[must_use]
    pub fn range(mut self, range: impl RangeBounds<SystemTime>) -> Self {
        self.range = (range.start_bound().cloned(), range.end_bound().cloned());
        self
    }

    /// In how many steps the time is divided, from 1 to 11,000. If there are more of them than polls,
    /// each poll is a step.
    #[must_use]
    pub fn points(mut self, points: usize) -> Self {
        self.points = points.clamp(1, MOST_POINTS);
        self
    }

    /// When it is cancelled. Without it, only reading each minute has a time limit.
    #[must_use]
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl fmt::Debug for HistoryQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("HistoryQuery");
        shown.field("range", &self.range).field("points", &self.points).finish_non_exhaustive()
    }
}
