//! Polls from one gap to the next.

use std::time::Duration;

use mmstats::Update;

use crate::store::clock::{Boot, Moment, Reason};
use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::key::{self, MAX_ID, POLLS};
use crate::store::times::{self, Times};
use crate::store::write::errors::ErrorList;
use crate::store::write::files::KnownFiles;
use crate::store::write::folding::Fold;
use crate::store::write::group::Group;
use crate::store::write::known::NextSpan;
use crate::store::write::last::last_moment;
use crate::store::write::leftovers::Leftovers;
use crate::store::write::note::Notes;
use crate::store::write::output::Output;
use crate::store::write::retention::{Now, Retention};
use crate::store::write::rows::{Rows, SpanRow};

/// For how long leftovers are folded at a poll, and what is too old removed: beside a fold, and alone.
const LEFTOVERS: Duration = Duration::from_millis(12);
const RETENTION: [Duration; 2] = [Duration::from_millis(4), Duration::from_millis(12)];

/// What is known between polls.
#[derive(Debug)]
pub struct Run {
    /// The last poll, also that before the gap.
    last: Option<Moment>,
    /// Why a stretch begins with the next poll, whatever the clocks say.
    begin: Option<Reason>,
    /// The number of the last stretch.
    stretch: i64,
    /// The number of the last span, and the times of its polls.
    span: i64,
    times: Vec<Times>,
    /// The clocks at the first poll of the span.
    first: Option<Moment>,
    is_complete: bool,
    group: Group,
    /// The monotonic time of the poll before the span; `None` behind a gap.
    before: Option<Duration>,
    fold: Option<Fold>,
    leftovers: Leftovers,
    retention: Retention,
    files: KnownFiles,
    errors: ErrorList,
    locations: Option<Vec<String>>,
}

impl Run {
    /// Continues what is in the store behind a gap.
    pub fn load(
        rows: Rows<'_>,
        reason: Reason,
        retention: Retention,
    ) -> Result<Self, RecordingError> {
        let span = rows.highest("id", "spans")?;
        Ok(Self {
            last: last_moment(rows)?,
            begin: Some(reason),
            stretch: rows.highest("id", "stretches")?,
            span,
            times: Vec::new(),
            first: None,
            is_complete: false,
            group: Group::begin(rows.last_complete(span)?, Duration::ZERO),
            before: None,
            fold: None,
            leftovers: Leftovers::up_to(span),
            retention,
            files: KnownFiles::load(rows)?,
            errors: ErrorList::default(),
            locations: None,
        })
    }

    /// Writes a poll. Whether a span has been folded with it.
    pub fn poll(
        &mut self,
        update: &Update<'_>,
        boot: Boot,
        rows: Rows<'_>,
        notes: &mut Notes,
    ) -> Result<bool, RecordingError> {
        let times = Times { monotonic: update.monotonic(), wall: update.wall() };
        let step = self.last.and_then(|last| last.step(times, boot));
        let gap = update.after_gap().then_some(Reason::Start);
        let begin = self.begin.take().or(gap).or(step);
        let own = Moment::own_time(self.last.as_ref(), times, boot);
        let now = Moment { times, boot, own };
        self.last = Some(now);
        // First, so that what is new can take its place.
        self.remove_old(own, rows, notes)?;
        if let Some(reason) = begin {
            self.stretch += 1;
            rows.stretch(self.stretch, boot.id, reason.name())?;
        }
        if begin.is_some() || self.times.len() == POLLS {
            self.begin_span(now, begin, rows)?;
            self.retention.begin_span(rows, notes)?;
        }
        self.times.push(times);
        rows.span(&self.span_row()?)?;

        let mut output = Output::new(rows, key::poll(self.span, self.times.len() - 1));
        self.files.follow(update, &mut output)?;
        if let Some(event) = self.errors.follow(update) {
            output.event(&event)?;
        }
        if self.locations.as_deref() != Some(update.locations()) {
            self.locations = Some(update.locations().to_vec());
            output.event(&Event::Locations(update.locations().to_vec()))?;
        }
        self.group.push_bytes(output.finish()?);
        if let Some(fold) = &mut self.fold {
            let is_folded = fold.step(rows)?;
            self.fold.take_if(|_| is_folded);
            return Ok(is_folded);
        }
        if begin.is_none() {
            self.leftovers.step(LEFTOVERS, rows, notes)?;
        }
        Ok(false)
    }

    /// Removes what is too old or too much, for a while.
    fn remove_old(
        &mut self,
        own: Duration,
        rows: Rows<'_>,
        notes: &mut Notes,
    ) -> Result<(), RecordingError> {
        let folded = self.fold.as_ref().map(Fold::span).into_iter().chain(self.leftovers.current());
        let now = Now { own, busy: folded.fold(self.group.first, i64::min) };
        let slice = RETENTION[usize::from(self.fold.is_none())];
        if self.retention.step(now, slice, rows, notes)? {
            self.files.forget_structures();
        }
        Ok(())
    }

    /// Folds all that isn't yet.
    pub fn finish(mut self, rows: Rows<'_>, notes: &mut Notes) -> Result<(), RecordingError> {
        self.leftovers.finish(rows, notes)?;
        self.fold_span(NextSpan::Follows, rows)?;
        self.fold.map_or(Ok(()), |fold| fold.finish(rows))
    }

    /// Begins to fold the span that is over.
    fn fold_span(&mut self, next: NextSpan, rows: Rows<'_>) -> Result<(), RecordingError> {
        let queue = self.files.begin_span(next);
        self.fold.take().map_or(Ok(()), |before| before.finish(rows))?;
        let weights = self.times.iter().map(|time| {
            let before = self.before.replace(time.monotonic).unwrap_or(time.monotonic);
            time.monotonic.saturating_sub(before).as_nanos() as u64
        });
        let weights = weights.collect();
        self.fold = (!self.times.is_empty()).then(|| Fold::new(self.span, weights, queue));
        Ok(())
    }

    fn begin_span(
        &mut self,
        now: Moment,
        begin: Option<Reason>,
        rows: Rows<'_>,
    ) -> Result<(), RecordingError> {
        let is_gap = begin.is_some_and(Reason::is_gap);
        self.is_complete = is_gap || self.group.is_over(now.own, self.retention.limits());
        let next = match (is_gap, self.is_complete) {
            (true, _) => NextSpan::AfterGap,
            (false, true) => NextSpan::SaysEverything,
            (false, false) => NextSpan::Follows,
        };
        self.fold_span(next, rows)?;
        if is_gap {
            self.before = None;
        }
        self.span += 1;
        if self.span > MAX_ID {
            return Err(RecordingError::OutOfRange("the number of spans"));
        }
        self.times.clear();
        self.first = Some(now);
        if self.is_complete {
            self.group = Group::begin(self.span, now.own);
            self.errors = ErrorList::default();
            self.locations = None;
        }
        self.group.push_span();
        Ok(())
    }

    fn span_row(&self) -> Result<SpanRow, RecordingError> {
        let out_of_range = || RecordingError::OutOfRange("the time of a poll (years 1 to 9999)");
        let walls = || self.times.iter().filter_map(|times| times::microseconds(times.wall));
        let encoded = times::encode(&self.times).ok_or_else(out_of_range)?;
        let (first, last) = walls().min().zip(walls().max()).ok_or_else(out_of_range)?;
        let nanoseconds = |time: Duration| time.as_nanos() as i64;
        let moment = self.first.ok_or_else(out_of_range)?;
        Ok(SpanRow {
            id: self.span,
            stretch: self.stretch,
            is_complete: self.is_complete,
            first,
            last,
            boot_time: nanoseconds(moment.boot.time),
            own_time: nanoseconds(moment.own),
            times: encoded,
        })
    }
}
