//! A part of the history, from the file.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use mmstats::Stat;
use mmstats_recording::{Histories, HistoryQuery, Recording, RecordingError, Step};

use super::columns::columns;
use super::points::points;
use super::programs::Programs;
use super::sums::{StepSums, seconds, time};
use crate::history::{Excerpt, Of, Query};

/// How many points an answer may have, and how many it has if no step is asked for.
const MAX_POINTS: f64 = 11_000.0;
const USUAL_POINTS: usize = 3_600;
/// How many times fewer it has then if they take too much memory, and how many it has at least.
const COARSER: usize = 5;
const LEAST_POINTS: usize = 30;
/// How long reading may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Times are asked for as floats, which have no nanoseconds.
const ROUNDED: Duration = Duration::from_micros(1);
/// How often it is tried again, if meanwhile the oldest was removed.
const TRIES: usize = 3;

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// What is asked for is too much.
    TooMuch(String),
    /// It takes too long.
    Timeout,
    Recording(RecordingError),
}

/// A part of the history, and what is damaged.
#[derive(Debug)]
pub struct Past {
    pub excerpt: Excerpt,
    pub errors: Vec<RecordingError>,
}

/// The time that is read, and in how many points.
struct Range {
    from: SystemTime,
    to: SystemTime,
    points: usize,
    step: f64,
}

impl Range {
    fn coarsen(&mut self) {
        self.points /= COARSER;
        self.step *= COARSER as f64;
    }
}

/// What was in a time, of which polls are `interval` seconds apart now.
pub fn past(recording: &Recording, query: &Query, interval: f64) -> Result<Past, Failure> {
    let deadline = Instant::now() + TIMEOUT;
    let bounds = recording.bounds()?.map(|(first, last)| (seconds(first), seconds(last)));
    let (mut errors, mut excerpt) = (Vec::new(), nothing(bounds, interval));
    let Some(range) = bounds.map(|bounds| range_of(query, bounds, interval)).transpose()?.flatten()
    else {
        return Ok(Past { excerpt, errors });
    };
    let mut programs = Programs::default();
    let mut deaths = HashMap::new();
    errors.extend(recording.visit_lives(range.from..range.to, |life| {
        programs.add(life, &query.of);
        deaths.extend(life.died.map(|died| (life.writer, died)));
    })?);
    let mut range = range;
    let (steps, sums) = loop {
        let (steps, sums) = sums(recording, query, &range, &deaths, deadline, &mut errors)?;
        if sums.is_complete() {
            break (steps, sums);
        }
        if query.step > 0.0 || range.points <= LEAST_POINTS {
            let text = query.of.first().map_or("", Of::text);
            return Err(Failure::TooMuch(format!(
                "{text:?}: too many values; ask for a shorter time, a longer step, or fewer labels"
            )));
        }
        // As close as there is room.
        range.coarsen();
    };
    let points = points(&steps, (query.from, query.to), interval);
    excerpt.step = range.step.max(interval);
    excerpt.stats = columns(&query.of, &sums, &steps, &points);
    excerpt.times = points.into_iter().map(|(time, _)| time).collect();
    excerpt.marks = programs.marks(query.from, query.to);
    Ok(Past { excerpt, errors })
}

fn nothing(bounds: Option<(f64, f64)>, interval: f64) -> Excerpt {
    Excerpt {
        oldest: bounds.map(|(first, _)| first),
        interval,
        step: interval,
        is_full: false,
        times: Vec::new(),
        stats: Vec::new(),
        marks: Vec::new(),
    }
}

/// The part of the time for which there are polls; `None` if there is none.
fn range_of(
    query: &Query,
    (first, last): (f64, f64),
    interval: f64,
) -> Result<Option<Range>, Failure> {
    let (mut from, mut to) = (query.from.max(first.min(last)), query.to.min(last.max(first) + 1.0));
    if from >= to {
        return Ok(None);
    }
    let (mut points, mut step) = (USUAL_POINTS, query.step);
    if step > 0.0 {
        from = (from / step).floor() * step;
        let needed = ((to - from) / step).ceil();
        if needed > MAX_POINTS + 1.0 {
            let shortest = ((to - from) / MAX_POINTS * 1000.0).ceil() / 1000.0;
            return Err(Failure::TooMuch(format!(
                "step=\"{step}\": at most {MAX_POINTS} points, so at least {shortest} from {from} to {to}"
            )));
        }
        points = (needed as usize).clamp(1, MAX_POINTS as usize);
        to = step.mul_add(needed, from);
    } else {
        step = ((to - from) / points as f64).max(interval);
    }
    let from = time(from).checked_sub(ROUNDED).unwrap_or(SystemTime::UNIX_EPOCH);
    Ok(Some(Range { from, to: time(to), points, step }))
}

/// The steps and what is in them.
fn sums(
    recording: &Recording,
    query: &Query,
    range: &Range,
    deaths: &HashMap<i64, SystemTime>,
    deadline: Instant,
    errors: &mut Vec<RecordingError>,
) -> Result<(Vec<Step>, StepSums), Failure> {
    for _ in 0..TRIES {
        // When a step is must be known before its values.
        let Histories { steps, .. } =
            recording.visit_histories(&asked(range, deadline, |_| false), |_| {})?;
        let mut sums = StepSums::new(&steps);
        if query.of.is_empty() {
            return Ok((steps, sums));
        }
        let wanted = |stat: &Stat<'_>| query.of.iter().any(|of| of.includes(stat));
        let again = recording.visit_histories(&asked(range, deadline, wanted), |point| {
            sums.add(point, deaths.get(&point.writer.id).copied());
        })?;
        if !sums.is_complete() {
            return Ok((steps, sums));
        }
        let first = |steps: &[Step]| steps.first().map(|step| step.first);
        if first(&again.steps) == first(&steps) && again.steps.len() >= steps.len() {
            errors.extend(again.errors);
            return Ok((steps, sums));
        }
    }
    Err(Failure::Timeout)
}

fn asked<'a>(
    range: &Range,
    deadline: Instant,
    stats: impl Fn(&Stat<'_>) -> bool + 'a,
) -> HistoryQuery<'a> {
    let Range { from, to, points, .. } = *range;
    HistoryQuery::of(stats).range(from..to).points(points).deadline(deadline)
}

impl From<RecordingError> for Failure {
    fn from(error: RecordingError) -> Self {
        match error {
            RecordingError::TooLarge { .. } => Self::TooMuch(error.to_string()),
            error if error.is_cancelled() => Self::Timeout,
            error => Self::Recording(error),
        }
    }
}
