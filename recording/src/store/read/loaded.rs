//! The rows of a span.

use std::collections::HashMap;

use mmstats::StatsFile;
use rusqlite::{Connection, OptionalExtension};

use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::form::Form;
use crate::store::key;
use crate::store::read::blocks::{Asked, SpanBlocks};
use crate::store::read::budget::Budget;
use crate::store::read::rolled_up;
use crate::store::read::scan::in_table;
use crate::store::read::writers::WriterLoader;
use crate::store::spans;
use crate::store::times::Times;

/// A span in memory.
#[derive(Debug)]
pub struct LoadedSpan {
    pub id: i64,
    /// Whether a gap lies before it.
    pub is_after_gap: bool,
    /// Whether its first poll says everything.
    pub is_complete: bool,
    /// Values are known at its last poll alone: its blocks have expired, or weren't read.
    pub is_rolled_up: bool,
    form: Form,
    /// When each poll was.
    pub times: Vec<Times>,
    /// The events of each poll.
    pub events: Vec<Vec<Event>>,
    /// What each poll changed.
    pub changes: Vec<Vec<u8>>,
    /// The same of writers that are in blocks; there, these count.
    pub blocks: SpanBlocks,
    /// The files that are present from a poll of this span on; `None` if one is damaged.
    pub writers: HashMap<i64, Option<StatsFile>>,
    /// What is damaged of them.
    pub errors: Vec<RecordingError>,
    /// The first poll that is damaged.
    pub broken: Option<(usize, RecordingError)>,
}

/// What of a span is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Polls,
    /// What it leaves behind, if that is known without its polls, as it nearly always is.
    End,
}

impl LoadedSpan {
    /// Reads a span. `budget` has what is in memory already.
    pub fn load(
        connection: &Connection,
        id: i64,
        wanted: Wanted,
        mut budget: Budget,
        words: &HashMap<i64, usize>,
    ) -> Result<Self, RecordingError> {
        if !(0..=key::MAX_ID).contains(&id) {
            return Err(RecordingError::damaged("spans", id, "no such number"));
        }
        let mut span = head(connection, id)?;
        // Then it has roll-ups, too.
        span.is_rolled_up |= span.form == Form::Blocks && wanted == Wanted::End;
        if span.is_complete {
            // Nothing before is needed any more.
            budget = Budget::default();
        }
        let events = span.load_events(connection, &mut budget);
        events.map_err(|error| in_table(error, "events", key::events(id).start))?;
        span.load_writers(connection, &mut budget)?;
        let blocks = span.load_blocks(connection, words, &mut budget);
        blocks.map_err(|error| in_table(error, "blocks", key::blocks(id).start))?;
        let changes = span.load_changes(connection, &mut budget);
        changes.map_err(|error| in_table(error, "recent", key::changes(id).start))?;
        if span.changes.first().is_some_and(|changes| !changes.is_empty()) {
            // They are removed from the first poll on: all that is in blocks is there, too.
            span.blocks.lost.clear();
        }
        Ok(span)
    }

    fn load_events(
        &mut self,
        connection: &Connection,
        budget: &mut Budget,
    ) -> Result<(), RecordingError> {
        let sql = "SELECT key, bytes FROM events WHERE key >= ? AND key < ? \
                   ORDER BY key";
        let mut statement = connection.prepare_cached(sql)?;
        let keys = key::events(self.id);
        let mut rows = statement.query((keys.start, keys.end))?;
        while let Some(row) = rows.next()? {
            let key = row.get(0)?;
            let damaged = |what| RecordingError::damaged("events", key, what);
            let bytes = row.get_ref(1)?.as_blob().map_err(|_| damaged("not a blob"))?;
            // In memory, an entry of a list takes more than its bytes.
            budget.take(64 * (2 + bytes.len() as u64))?;
            let poll = key::poll_of_event(key);
            let events = self.events.get_mut(poll).ok_or_else(|| damaged("no such poll"))?;
            match Event::decode(bytes) {
                Some(event) => events.push(event),
                None => self.break_at(poll, damaged("its content")),
            }
        }
        Ok(())
    }

    fn load_changes(
        &mut self,
        connection: &Connection,
        budget: &mut Budget,
    ) -> Result<(), RecordingError> {
        let sql = "SELECT key, bytes FROM recent WHERE key >= ? AND key < ? ORDER BY key";
        let mut statement = connection.prepare_cached(sql)?;
        let keys = key::changes(self.id);
        let mut rows = statement.query((keys.start, keys.end))?;
        while let Some(row) = rows.next()? {
            let key = row.get(0)?;
            let damaged = |what| RecordingError::damaged("recent", key, what);
            let part = row.get_ref(1)?.as_blob().map_err(|_| damaged("not a blob"))?;
            budget.take(part.len() as u64)?;
            let poll = self.changes.get_mut(key::poll_of_changes(key));
            poll.ok_or_else(|| damaged("no such poll"))?.extend(part);
        }
        for poll in 0..self.changes.len() {
            let changes = &mut self.changes[poll];
            match unseal(changes).map(<[u8]>::len) {
                Ok(size) => changes.truncate(size),
                Err(_) if changes.is_empty() => {}
                Err(error) => {
                    let key = key::parts(key::poll(self.id, poll)).start;
                    let error = RecordingError::damaged("recent", key, error.to_string());
                    self.break_at(poll, error);
                }
            }
        }
        Ok(())
    }

    fn break_at(&mut self, poll: usize, error: RecordingError) {
        if self.broken.as_ref().is_none_or(|(first, _)| poll < *first) {
            self.broken = Some((poll, error));
        }
    }

    /// `words` are the numbers of words of the files that are present before.
    fn load_blocks(
        &mut self,
        connection: &Connection,
        words: &HashMap<i64, usize>,
        budget: &mut Budget,
    ) -> Result<(), RecordingError> {
        let asked = words
            .iter()
            .map(|(writer, words)| (*writer, Asked { words: *words, appears: Vec::new() }));
        let mut asked: HashMap<_, _> = asked.collect();
        for (poll, event) in self.numbered_events() {
            let Event::Present { writer, .. } = event else { continue };
            if let Some(Some(file)) = self.writers.get(writer) {
                let of_writer = asked.entry(*writer).or_default();
                of_writer.words = file.word_count();
                if of_writer.appears.last() != Some(&poll) {
                    of_writer.appears.push(poll);
                }
            }
        }
        let (id, polls) = (self.id, self.times.len());
        if self.is_rolled_up {
            let before = *budget;
            self.blocks = rolled_up::load(connection, id, polls, &asked, budget)?;
            // Where a roll-up is damaged, its block may not be.
            if self.form == Form::RollUps || self.blocks.errors.is_empty() {
                self.errors.append(&mut self.blocks.errors);
                return Ok(());
            }
            (self.is_rolled_up, *budget) = (false, before);
        }
        self.blocks = SpanBlocks::load(connection, id, polls, &asked, budget)?;
        self.errors.append(&mut self.blocks.errors);
        Ok(())
    }

    fn numbered_events(&self) -> impl Iterator<Item = (usize, &Event)> {
        let polls = self.events.iter().enumerate();
        polls.flat_map(|(poll, events)| events.iter().map(move |event| (poll, event)))
    }

    fn load_writers(
        &mut self,
        connection: &Connection,
        budget: &mut Budget,
    ) -> Result<(), RecordingError> {
        let mut loader = WriterLoader::new(connection);
        for event in self.events.iter().flatten() {
            let Event::Present { writer, .. } = *event else { continue };
            if self.writers.contains_key(&writer) {
                continue;
            }
            let file = loader.load(writer, budget);
            let file = match file.map_err(|error| in_table(error, "writers", writer)) {
                Ok(file) => Some(file),
                Err(error @ RecordingError::Damaged(_)) => {
                    self.errors.push(error);
                    None
                }
                Err(error) => return Err(error),
            };
            self.writers.insert(writer, file);
        }
        Ok(())
    }
}

/// A span without its polls' rows.
fn head(connection: &Connection, id: i64) -> Result<LoadedSpan, RecordingError> {
    let head = spans::head(connection, id)?;
    let before = "SELECT stretch FROM spans WHERE id < ? ORDER BY id DESC LIMIT 1";
    let before: Option<i64> =
        connection.prepare_cached(before)?.query_row((id,), |row| row.get(0)).optional()?;
    let is_first = before.is_some_and(|before| before != head.stretch);
    let reason = spans::stretch(connection, head.stretch)?.reason;
    let times = head.times;
    Ok(LoadedSpan {
        id,
        is_after_gap: reason.is_gap() && is_first,
        is_complete: head.is_complete,
        is_rolled_up: head.form == Form::RollUps,
        form: head.form,
        events: times.iter().map(|_| Vec::new()).collect(),
        changes: times.iter().map(|_| Vec::new()).collect(),
        times,
        blocks: SpanBlocks::default(),
        writers: HashMap::new(),
        errors: Vec::new(),
        broken: None,
    })
}
