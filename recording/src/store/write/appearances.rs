//! When a writer's file was there in a span, by its events.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::key;
use crate::store::read::budget::Budget;
use crate::store::write::note::Notes;
use crate::store::write::rows::Rows;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Present,
    Absent,
    Removed,
}

/// The events of a writer, by poll.
#[derive(Clone, Debug, Default)]
pub struct Appearances(Vec<(u8, What)>);

impl Appearances {
    /// Those of a span's writers, and how many polls can be read.
    pub fn load(
        span: i64,
        polls: u8,
        budget: &mut Budget,
        rows: Rows<'_>,
        notes: &mut Notes,
    ) -> Result<(BTreeMap<i64, Self>, u8), RecordingError> {
        let (mut found, mut readable) = (BTreeMap::<_, Self>::new(), polls);
        each_event(key::events(span), rows, |key, event| {
            let poll = key::poll_of_event(key) as u8;
            let damaged = |what| RecordingError::damaged("events", key, what);
            let event = if poll < polls { event } else { return Err(damaged("no such poll")) };
            match event.as_ref().map(of_writer) {
                Some(Some((writer, what))) => {
                    budget.take(256)?;
                    found.entry(writer).or_default().0.push((poll, what));
                }
                Some(None) => {}
                None => {
                    readable = readable.min(poll);
                    if let RecordingError::Damaged(damage) = damaged("its content") {
                        notes.damaged(damage);
                    }
                }
            }
            Ok(())
        })?;
        Ok((found, readable))
    }

    /// Whether the file wasn't there before, or all is said again.
    pub fn begins_with_present(&self) -> bool {
        matches!(self.0.first(), Some((_, What::Present)))
    }

    /// At which of the first polls the file was there, and whether all its words are said at the
    /// first of them.
    pub fn seen(&self, was_there: bool, polls: u8) -> Vec<(Range<u8>, bool)> {
        let mut seen = Vec::new();
        let mut since = was_there.then_some((0, false));
        for (poll, what) in &self.0 {
            let end = match what {
                What::Present => {
                    since = since.or(Some((*poll, true)));
                    continue;
                }
                What::Absent => *poll,
                What::Removed => poll + 1,
            };
            if let Some((first, says_all)) = since.take() {
                seen.push((first..end.min(polls), says_all));
            }
        }
        seen.extend(since.map(|(first, says_all)| (first..polls, says_all)));
        seen.retain(|(range, _)| !range.is_empty());
        seen
    }
}

/// The writers whose files were there at the end of the span before.
pub fn before_span(span: i64, rows: Rows<'_>) -> Result<HashSet<i64>, RecordingError> {
    let complete = "SELECT max(id) FROM spans WHERE complete = 1 AND id < ?";
    let first: Option<i64> =
        rows.0.prepare_cached(complete)?.query_row((span,), |row| row.get(0))?;
    let mut there = HashSet::new();
    let start = key::events(first.unwrap_or(span)).start;
    each_event(start..key::events(span).start, rows, |_, event| {
        match event.as_ref().and_then(of_writer) {
            Some((writer, What::Present)) => there.insert(writer),
            Some((writer, What::Absent | What::Removed)) => there.remove(&writer),
            None => false,
        };
        Ok(())
    })?;
    Ok(there)
}

fn of_writer(event: &Event) -> Option<(i64, What)> {
    match *event {
        Event::Present { writer, .. } => Some((writer, What::Present)),
        Event::Absent { writer } => Some((writer, What::Absent)),
        Event::Removed { writer } => Some((writer, What::Removed)),
        _ => None,
    }
}

/// Calls `then` with each event, `None` if it is damaged.
fn each_event(
    keys: Range<i64>,
    rows: Rows<'_>,
    mut then: impl FnMut(i64, Option<Event>) -> Result<(), RecordingError>,
) -> Result<(), RecordingError> {
    let sql = "SELECT key, bytes FROM events WHERE key >= ? AND key < ? ORDER BY key";
    let mut statement = rows.0.prepare_cached(sql)?;
    let mut found = statement.query((keys.start, keys.end))?;
    while let Some(row) = found.next()? {
        let event = row.get_ref(1)?.as_blob().ok().and_then(Event::decode);
        then(row.get(0)?, event)?;
    }
    Ok(())
}
