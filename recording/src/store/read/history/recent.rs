//! What polls changed that isn't in blocks.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::poll::decode_poll;
use crate::row::row_parts;
use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::key;
use crate::store::read::history::origin::Base;
use crate::store::read::history::plan::PlannedSpan;
use crate::store::read::history::point::Visitor;
use crate::store::read::history::track::Track;
use crate::store::read::scan::{Source, scan_within};

/// The polls of a span.
#[derive(Debug)]
pub struct Recent {
    /// What each changed, without checksums.
    polls: Vec<Vec<u8>>,
    /// By writer: at which polls it appears, and at which it is gone.
    events: HashMap<i64, Vec<(usize, Seen)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Appears,
    /// The last values are in the poll.
    IsRemoved,
    IsAbsent,
}

impl Recent {
    /// Reads polls up to the first one that is damaged.
    pub fn load(
        connection: &Connection,
        span: &PlannedSpan,
        errors: &mut Vec<RecordingError>,
    ) -> Result<Self, RecordingError> {
        let mut polls = vec![Vec::new(); span.times.len()];
        let source = |table| Source { table, key: "key", columns: "key, bytes" };
        errors.extend(scan_within(connection, source("recent"), key::changes(span.id), |row| {
            let poll = polls.get_mut(key::poll_of_changes(row.get(0)?));
            if let Some(poll) = poll {
                poll.extend_from_slice(row.get_ref(1)?.as_blob().unwrap_or_default());
            }
            Ok(())
        })?);
        let mut events: HashMap<_, Vec<_>> = HashMap::new();
        errors.extend(scan_within(connection, source("events"), key::events(span.id), |row| {
            let key = row.get(0)?;
            let event = Event::decode(row.get_ref(1)?.as_blob().unwrap_or_default());
            let event =
                event.ok_or_else(|| RecordingError::damaged("events", key, "its content"))?;
            let (writer, seen) = match event {
                Event::Present { writer, .. } => (writer, Seen::Appears),
                Event::Removed { writer } => (writer, Seen::IsRemoved),
                Event::Absent { writer } => (writer, Seen::IsAbsent),
                _ => return Ok(()),
            };
            events.entry(writer).or_default().push((key::poll_of_event(key), seen));
            Ok(())
        })?);
        for poll in 0..polls.len() {
            match unseal(&polls[poll]).map(<[u8]>::len) {
                Ok(size) => polls[poll].truncate(size),
                Err(_) if polls[poll].is_empty() => {}
                Err(error) => {
                    let key = key::parts(key::poll(span.id, poll)).start;
                    errors.push(RecordingError::damaged("recent", key, error.to_string()));
                    polls.truncate(poll);
                    break;
                }
            }
        }
        Ok(Self { polls, events })
    }

    /// Follows a stat through the polls.
    pub fn follow(
        &self,
        track: &mut Track,
        base: Base,
        span: &PlannedSpan,
        visit: &mut Visitor<'_>,
    ) {
        if span.is_complete {
            // It is said which ones are there.
            track.is_present = false;
        }
        let mut base = Some(base);
        let events = self.events.get(&track.writer).map_or(&[][..], Vec::as_slice);
        for (poll, step) in span.steps.iter().enumerate() {
            let Some(changes) = self.polls.get(poll) else { return track.lose() };
            let has = |seen| events.contains(&(poll, seen));
            let mut before = track.now().map(<[u64]>::to_vec);
            let mut all = vec![0; track.word_count];
            match &before {
                _ if has(Seen::Appears) => {}
                Some(before) if track.is_present => {
                    all[track.words.clone()].copy_from_slice(before);
                }
                _ => continue,
            }
            apply(track.writer, changes, &mut all);
            if has(Seen::Appears)
                && track.is_born(span, poll)
                && let Some(base) = base.take()
            {
                before = track.words_before(base, span, poll, &all);
            }
            let words = all[track.words.clone()].to_vec();
            if !has(Seen::IsAbsent) {
                track.poll(*step, before.as_deref(), &words, visit);
            }
            if has(Seen::IsAbsent) || has(Seen::IsRemoved) {
                track.is_present = false;
            }
        }
    }
}

/// Applies the changes of a writer.
fn apply(writer: i64, changes: &[u8], words: &mut [u64]) {
    let part = row_parts(changes).flatten().find(|part| i64::from(part.writer) == writer);
    let Some(part) = part else { return };
    for change in decode_poll(part.bytes, words.len() as u32).flatten() {
        words[change.word as usize] = change.value;
    }
}
