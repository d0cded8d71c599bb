//! Polls again, one after the other.

use std::collections::VecDeque;
use std::ops::{Bound, RangeBounds};
use std::time::SystemTime;

use mmstats::Update;
use mmstats_sqlite::Readers;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::read::loaded::{LoadedSpan, Wanted};
use crate::store::read::located::ends;
use crate::store::read::scan::in_table;
use crate::store::read::state::State;
use crate::store::spans;
use crate::store::times::Times;

/// The updates of a recording, from [`Recording::updates`](crate::Recording::updates).
///
/// It isn't an [`Iterator`], as each update borrows what the next one changes.
#[derive(Debug)]
pub struct Updates<'a> {
    readers: &'a Readers,
    asked: Asked,
    /// The last span that was begun, and the last one that may have polls within the range.
    position: i64,
    end: i64,
    span: Option<LoadedSpan>,
    /// The next poll of the span.
    poll: usize,
    state: State,
    /// Damaged writers that haven't been reported yet.
    errors: VecDeque<RecordingError>,
    /// Nothing can be said before a span that says everything.
    is_lost: bool,
    /// A gap lies before the next poll.
    after_gap: bool,
    /// An update has been returned.
    has_begun: bool,
}

/// The time of which updates are asked for.
#[derive(Debug)]
struct Asked {
    range: (Bound<SystemTime>, Bound<SystemTime>),
    has_expired: bool,
}

impl<'a> Updates<'a> {
    pub(super) fn new(
        readers: &'a Readers,
        range: &impl RangeBounds<SystemTime>,
    ) -> Result<Self, RecordingError> {
        let range = (range.start_bound().cloned(), range.end_bound().cloned());
        let (from, to) = ends(&range);
        let query = "SELECT min(id), max(id) FROM spans WHERE last >= ?1 AND first <= ?2";
        let expired = "SELECT EXISTS \
                       (SELECT 1 FROM spans WHERE form = 2 AND last >= ?1 AND first <= ?2)";
        let found: Result<(Option<i64>, Option<i64>, _), _> =
            readers.query(|transaction| -> Result<_, RecordingError> {
                let has_expired = transaction.query_row(expired, (from, to), |row| row.get(0))?;
                let (first, end): (Option<i64>, _) =
                    transaction.query_row(query, (from, to), |row| row.try_into())?;
                let complete = first.map(|first| spans::last_complete(transaction, first));
                Ok((complete.transpose()?.flatten().or(first), end, has_expired))
            });
        let (first, end, has_expired) = found.map_err(|error| in_table(error, "spans", 0))?;
        Ok(Self {
            readers,
            asked: Asked { range, has_expired },
            position: first.unwrap_or_default().saturating_sub(1),
            end: end.unwrap_or(i64::MIN),
            span: None,
            poll: 0,
            state: State::default(),
            errors: VecDeque::new(),
            is_lost: true,
            after_gap: false,
            has_begun: false,
        })
    }

    /// Whether there were polls in this time of which only roll-ups are left, so that they aren't among
    /// the updates.
    pub fn has_expired(&self) -> bool {
        self.asked.has_expired
    }

    /// The next update; `None` after the last one.
    ///
    /// No transaction is held between calls. After an error the next call goes on: an update that lies
    /// behind damage is [behind a gap](Update::after_gap).
    ///
    /// # Errors
    ///
    /// Returns an error for what is damaged, which is left out, once: a writer, or all polls up to a
    /// span that says everything. Returns an error if SQLite can't read.
    #[expect(clippy::should_implement_trait, reason = "an update borrows from this")]
    pub fn next(&mut self) -> Option<Result<Update<'_>, RecordingError>> {
        match self.advance()? {
            Ok((times, after_gap)) => Some(Ok(self.state.update(times, after_gap))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Applies polls up to the next one within the range.
    fn advance(&mut self) -> Option<Result<(Times, bool), RecordingError>> {
        loop {
            if let Some(error) = self.errors.pop_front() {
                return Some(Err(error));
            }
            if let Some(span) = &mut self.span
                && let Some((_, error)) = span.broken.take_if(|(poll, _)| *poll == self.poll)
            {
                return Some(Err(self.lose(error)));
            }
            let Some(span) = self.span.as_ref() else {
                match self.load() {
                    Ok(true) => continue,
                    Ok(false) => return None,
                    Err(error) => return Some(Err(self.lose(error))),
                }
            };
            let Some(times) = span.times.get(self.poll).copied() else {
                self.span = None;
                continue;
            };
            if let Err(what) = self.state.apply(span, self.poll) {
                let error = RecordingError::damaged("events", span.id, what);
                return Some(Err(self.lose(error)));
            }
            self.poll += 1;
            if self.asked.range.contains(&times.wall) && !span.is_rolled_up {
                let after_gap = std::mem::take(&mut self.after_gap);
                self.has_begun = true;
                return Some(Ok((times, after_gap)));
            }
            // Polls that are left out are a gap, and one before the first update is none.
            self.after_gap = self.has_begun;
        }
    }

    /// Loads the next span; `false` if there is none.
    fn load(&mut self) -> Result<bool, RecordingError> {
        if self.end == i64::MIN {
            // Not even that may be readable.
            return Ok(false);
        }
        let (position, end, is_lost) = (self.position, self.end, self.is_lost);
        let (budget, words) = (self.state.budget, self.state.word_counts());
        let found = self.readers.query(|transaction| -> Result<_, RecordingError> {
            let id = next_span(transaction, position, end, is_lost)?;
            Ok(id.map(|id| (id, LoadedSpan::load(transaction, id, Wanted::Polls, budget, &words))))
        });
        let (id, span) = match found {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(false),
            Err(error) => {
                // Which one is next can't be known.
                self.end = i64::MIN;
                return Err(in_table(error, "spans", position.saturating_add(1)));
            }
        };
        let follows = id == self.position.saturating_add(1);
        self.position = id;
        let mut span = span?;
        if span.is_complete {
            self.state = State::default();
            self.is_lost = false;
        } else if !follows || self.is_lost {
            // The spans before were removed, or can't be read.
            self.is_lost = true;
            self.after_gap |= self.has_begun;
            return Ok(true);
        }
        self.after_gap |= self.has_begun && !follows;
        self.after_gap |= span.is_after_gap;
        self.errors.extend(span.errors.drain(..));
        (self.span, self.poll) = (Some(span), 0);
        Ok(true)
    }

    /// Leaves out what follows up to a span that says everything.
    fn lose(&mut self, error: RecordingError) -> RecordingError {
        self.is_lost = true;
        self.after_gap |= self.has_begun;
        self.state = State::default();
        self.span = None;
        error
    }
}

/// The span that is read next; if nothing is known before it, one that says everything. Spans of which
/// only roll-ups are left are read where others need them: after the last one that says everything.
fn next_span(
    connection: &Connection,
    position: i64,
    end: i64,
    is_lost: bool,
) -> rusqlite::Result<Option<i64>> {
    let any = "SELECT id, form FROM spans WHERE id > ? AND id <= ? ORDER BY id LIMIT 1";
    let found = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?));
    let next = connection.query_row(any, (position, end), found).optional()?;
    let Some((next, form)) = next else { return Ok(None) };
    if !is_lost && form != Form::RollUps as i64 {
        return Ok(Some(next));
    }
    let fine = "SELECT min(id) FROM spans WHERE form IN (0, 1, 3) AND id > ? AND id <= ?";
    let fine: Option<i64> = connection.query_row(fine, (position, end), |row| row.get(0))?;
    let Some(fine) = fine else { return Ok(None) };
    let before = "SELECT max(id) FROM spans WHERE complete = 1 AND id > ? AND id <= ?";
    let before: Option<i64> = connection.query_row(before, (position, fine), |row| row.get(0))?;
    if before.is_some() || !is_lost {
        return Ok(before.or(Some(next)));
    }
    let behind = "SELECT min(id) FROM spans WHERE complete = 1 AND id > ? AND id <= ?";
    connection.query_row(behind, (fine, end), |row| row.get(0))
}
