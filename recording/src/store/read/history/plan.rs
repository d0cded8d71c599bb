//! Which spans are read, and to which steps their polls belong.

use std::ops::{Bound, RangeBounds};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats_sqlite::Readers;
use rusqlite::Connection;

use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::key;
use crate::store::read::history::query::{HistoryQuery, MOST_POINTS};
use crate::store::read::located::ends;
use crate::store::read::scan::{Source, scan};
use crate::store::spans::{self, SpanHead};
use crate::store::times::Times;

/// The polls that a point is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The wall time of its first poll.
    pub first: SystemTime,
    /// The wall time of its last poll, whose values are the point's.
    pub last: SystemTime,
    /// How many polls it has.
    pub polls: u32,
    /// The time over which increases were counted: from poll to poll, but not across a gap.
    pub elapsed: Duration,
    /// Whether an unknown time without polls lies within it, or between it and the step before: a
    /// line would be a guess.
    pub is_after_gap: bool,
    /// Whether roll-ups were read, which belong to the step of their span's last poll.
    pub is_rolled_up: bool,
}

/// A span that is read.
#[derive(Debug)]
pub struct PlannedSpan {
    pub id: i64,
    pub is_complete: bool,
    /// Whether a gap lies before it, or nothing at all.
    pub is_after_gap: bool,
    pub form: Form,
    pub is_rolled_up: bool,
    pub times: Vec<Times>,
    /// Since the poll before each.
    pub passed: Vec<Duration>,
    /// The step of each poll; `None` of one that is only read because of what follows.
    pub steps: Vec<Option<u32>>,
}

/// Spans that follow each other and are read in the same way.
#[derive(Debug)]
pub enum Run<'a> {
    Fine(&'a [PlannedSpan]),
    RolledUp(&'a [PlannedSpan]),
}

#[derive(Debug)]
pub struct Plan {
    pub spans: Vec<PlannedSpan>,
    pub steps: Vec<Step>,
}

impl Plan {
    pub fn load(
        readers: &Readers,
        query: &HistoryQuery<'_>,
        errors: &mut Vec<RecordingError>,
    ) -> Result<Self, RecordingError> {
        let found = readers.query(|transaction| limits(transaction, query))?;
        let Some(Limits { spans, from, step, before }) = found else {
            return Ok(Self { spans: Vec::new(), steps: Vec::new() });
        };
        let mut planner = Planner {
            range: query.range,
            from,
            step,
            plan: Self { spans: Vec::new(), steps: Vec::new() },
            last: before,
            bucket: None,
            is_after_gap: false,
        };
        let source = Source { table: "spans", key: "id", columns: spans::COLUMNS };
        errors.extend(scan(readers, source, spans, |connection, row| {
            let id = row.get(0)?;
            let damaged = |what| RecordingError::damaged("spans", id, what);
            let head = spans::checked(row)?.map_err(damaged)?;
            planner.span(connection, id, head)
        })?);
        Ok(planner.plan)
    }

    pub fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        let runs = self.spans.chunk_by(|one, other| one.is_rolled_up == other.is_rolled_up);
        runs.map(|run| if run[0].is_rolled_up { Run::RolledUp(run) } else { Run::Fine(run) })
    }
}

struct Limits {
    spans: std::ops::Range<i64>,
    from: SystemTime,
    step: Duration,
    /// See [`Planner::last`].
    before: Option<(i64, i64, Duration)>,
}

fn limits(
    connection: &Connection,
    query: &HistoryQuery<'_>,
) -> Result<Option<Limits>, RecordingError> {
    let bound = |bound: Bound<SystemTime>| match bound {
        Bound::Included(wall) | Bound::Excluded(wall) => Some(wall),
        Bound::Unbounded => None,
    };
    let (from, to) = (bound(query.range.0), bound(query.range.1));
    let sql = "SELECT min(id), max(id), min(first), max(last) FROM spans \
               WHERE last >= ? AND first <= ?";
    let found: (Option<i64>, Option<i64>, Option<i64>, Option<i64>) =
        connection.query_row(sql, ends(&query.range), |row| row.try_into())?;
    let (Some(first), Some(last), Some(earliest), Some(latest)) = found else { return Ok(None) };
    let complete = spans::last_complete(connection, first)?;
    let wall = |microseconds: i64| {
        let since = Duration::from_micros(microseconds.unsigned_abs());
        let wall = if microseconds < 0 {
            UNIX_EPOCH.checked_sub(since)
        } else {
            UNIX_EPOCH.checked_add(since)
        };
        wall.unwrap_or(UNIX_EPOCH)
    };
    let from = from.unwrap_or_else(|| wall(earliest));
    let to = to.unwrap_or_else(|| wall(latest) + Duration::from_micros(1));
    let whole = to.duration_since(from).unwrap_or_default();
    let step = (whole / query.points as u32).max(Duration::from_nanos(1));
    let spans = complete.unwrap_or(first)..last.saturating_add(1);
    let before = spans::head(connection, spans.start.saturating_sub(1)).ok().and_then(|head| {
        let last = head.times.last()?;
        Some((spans.start - 1, head.stretch, last.monotonic))
    });
    Ok(Some(Limits { spans, from, step, before }))
}

/// How long it is from the first to the last poll of a full span whose polls follow each other as these
/// do; `None` if that isn't known. Recorders may have gone on with other intervals.
fn length(times: &[Times]) -> Option<Duration> {
    let distances = u32::try_from(times.len().checked_sub(1)?).ok()?;
    let passed = times.last()?.monotonic.checked_sub(times.first()?.monotonic)?;
    let length = passed.checked_mul(key::POLLS as u32 - 1)?.checked_div(distances)?;
    Some(length).filter(|length| !length.is_zero())
}

struct Planner {
    range: (Bound<SystemTime>, Bound<SystemTime>),
    from: SystemTime,
    step: Duration,
    plan: Plan,
    /// The last span: its number, its stretch, and the monotonic time of its last poll.
    last: Option<(i64, i64, Duration)>,
    /// Which step is the last one.
    bucket: Option<u128>,
    /// A gap since the last poll of a step.
    is_after_gap: bool,
}

impl Planner {
    fn span(
        &mut self,
        connection: &Connection,
        id: i64,
        head: SpanHead,
    ) -> Result<(), RecordingError> {
        let is_after_gap = match self.last {
            Some((last, stretch, _)) if last + 1 == id => {
                stretch != head.stretch && spans::stretch(connection, head.stretch)?.reason.is_gap()
            }
            _ => true,
        };
        let mut before = self.last.map(|(_, _, monotonic)| monotonic).filter(|_| !is_after_gap);
        let passed = head.times.iter().map(|times| {
            let before = before.replace(times.monotonic).unwrap_or(times.monotonic);
            times.monotonic.saturating_sub(before)
        });
        let passed = passed.collect();
        let is_rolled_up = match head.form {
            Form::RollUps => true,
            Form::Blocks => length(&head.times).is_some_and(|length| self.step >= length),
            Form::Polls | Form::Whole => false,
        };
        self.last = head.times.last().map(|last| (id, head.stretch, last.monotonic));
        let mut span = PlannedSpan {
            id,
            is_complete: head.is_complete,
            is_after_gap,
            form: head.form,
            is_rolled_up,
            times: head.times,
            passed,
            steps: Vec::new(),
        };
        self.is_after_gap |= is_after_gap;
        self.assign(&mut span)?;
        self.plan.spans.push(span);
        Ok(())
    }

    /// Gives the polls of a span their steps.
    fn assign(&mut self, span: &mut PlannedSpan) -> Result<(), RecordingError> {
        let is_within = |times: &Times| self.range.contains(&times.wall);
        let whole = span.times.iter().rfind(|times| is_within(times)).map(|times| times.wall);
        for at in 0..span.times.len() {
            let wall = span.times[at].wall;
            let belongs = if span.is_rolled_up {
                whole
            } else {
                Some(wall).filter(|_| self.range.contains(&wall))
            };
            let step = belongs.map(|belongs| self.poll(belongs, wall, span, at)).transpose()?;
            if step.is_none() {
                // Polls that are left out are a gap between others.
                self.is_after_gap = !self.plan.steps.is_empty();
            }
            span.steps.push(step);
        }
        Ok(())
    }

    /// The step of a poll, which may be a new one.
    fn poll(
        &mut self,
        belongs: SystemTime,
        wall: SystemTime,
        span: &PlannedSpan,
        at: usize,
    ) -> Result<u32, RecordingError> {
        let since = belongs.duration_since(self.from).unwrap_or_default();
        let bucket = since.as_nanos() / self.step.as_nanos();
        let steps = &mut self.plan.steps;
        if self.bucket.replace(bucket) != Some(bucket) {
            if steps.len() > MOST_POINTS {
                return Err(RecordingError::OutOfRange(
                    "the number of steps, as the clock was set back",
                ));
            }
            let (elapsed, is_after_gap) = (Duration::ZERO, false);
            let (is_rolled_up, polls) = (false, 0);
            steps.push(Step {
                first: wall,
                last: wall,
                polls,
                elapsed,
                is_after_gap,
                is_rolled_up,
            });
        }
        let number = steps.len() - 1;
        let step = &mut steps[number];
        step.last = wall;
        step.polls += 1;
        step.elapsed += span.passed[at];
        step.is_after_gap |= std::mem::take(&mut self.is_after_gap);
        step.is_rolled_up |= span.is_rolled_up;
        Ok(number as u32)
    }
}
