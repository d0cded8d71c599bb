//! What a history has of a step.

use std::path::Path;

use mmstats::{Increase, Stat, StatsFile};

/// What a stat of a writer was at the end of a step.
#[derive(Debug)]
#[non_exhaustive]
pub struct HistoryPoint<'a> {
    /// The number of the step.
    pub step: usize,
    /// Whose stat it is.
    pub writer: HistoryWriter<'a>,
    /// The stat as it was at the last poll of the step that found it. The values of the file's other
    /// stats aren't known.
    pub stat: Stat<'a>,
    /// The least value of all polls, and the greatest one. Of a stat that isn't a single number, both
    /// are NaN. Where only a roll-up is left, a counter's least value is that before its increase.
    pub least: f64,
    /// See [`least`](Self::least).
    pub greatest: f64,
    /// What was counted in the step, as [`Changes`](mmstats::Changes) counts it: nothing across a gap
    /// or a restart. `None` if it doesn't count.
    pub increase: Option<Increase>,
}

/// A file as long as it has one structure.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct HistoryWriter<'a> {
    /// The writer's number in the recording.
    pub id: i64,
    /// The number of the writer that was the same file with the structure that it had before.
    pub continues: Option<i64>,
    /// Who published and under which path; the values aren't known.
    pub file: &'a StatsFile,
    /// The path.
    pub path: &'a Path,
}

pub type Visitor<'a> = dyn FnMut(&HistoryPoint<'_>) + 'a;
