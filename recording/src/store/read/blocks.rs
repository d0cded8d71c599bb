//! What a span changed, from its blocks.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use rusqlite::Connection;

use crate::block::Block;
use crate::error::BlobError;
use crate::poll::Change;
use crate::row::row_parts;
use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::key;
use crate::store::read::budget::Budget;

/// What writers did at a poll: in a block, the changes; when they appear, all that isn't 0.
#[derive(Clone, Debug, Default)]
pub struct PollChanges {
    /// Of one writer after the other.
    changes: Vec<Change>,
    /// The writers of which there are any, with the number of changes up to their last one.
    writers: Vec<(u32, usize)>,
}

impl PollChanges {
    /// The writers and their changes.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[Change])> {
        let mut begin = 0;
        self.writers.iter().map(move |(writer, end)| {
            let own = begin..*end;
            begin = *end;
            (*writer, &self.changes[own])
        })
    }

    /// Adds a writer and its changes.
    pub fn push(&mut self, writer: u32, changes: impl IntoIterator<Item = Change>) {
        self.changes.extend(changes);
        self.end_writer(writer);
    }

    /// How many changes of writers there are, without those that were pushed since the last one's end.
    fn end(&self) -> usize {
        self.writers.last().map_or(0, |(_, end)| *end)
    }

    /// Ends a writer's changes.
    fn end_writer(&mut self, writer: u32) {
        if self.changes.len() > self.end() {
            self.writers.push((writer, self.changes.len()));
        }
    }
}

/// What is known of the writers in blocks.
#[derive(Debug, Default)]
pub struct SpanBlocks {
    /// Of each poll.
    pub polls: Vec<PollChanges>,
    /// Those that are in blocks, also if they changed nothing: these count, and not the polls.
    pub writers: HashSet<u32>,
    /// Writers whose blocks are damaged.
    pub lost: Lost,
    pub errors: Vec<RecordingError>,
}

/// Ranges of writers, by their first.
#[derive(Debug, Default)]
pub struct Lost(BTreeMap<i64, i64>);

impl Lost {
    pub fn insert(&mut self, first: i64, end: i64) {
        let known = self.0.entry(first).or_insert(end);
        *known = end.max(*known);
    }

    /// Ends the last range, if it is open.
    fn end_before(&mut self, first: i64) {
        if let Some(mut last) = self.0.last_entry()
            && *last.get() == i64::MAX
        {
            last.insert(first);
        }
    }

    pub fn contains(&self, writer: i64) -> bool {
        self.0.range(..=writer).next_back().is_some_and(|(_, end)| writer < *end)
    }

    pub fn ranges(&self) -> impl Iterator<Item = Range<i64>> {
        // A hostile recording may have rows in which writers don't ascend.
        self.0.iter().map(|(first, end)| *first..*end.max(first))
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// What is asked about a writer.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// How many words it has.
    pub words: usize,
    /// At which polls of the span it appears.
    pub appears: Vec<usize>,
}

impl SpanBlocks {
    /// Nothing is known yet.
    pub fn of_polls(polls: usize) -> Self {
        Self { polls: vec![PollChanges::default(); polls], ..Self::default() }
    }

    /// Reads the blocks of a span. Those of writers that nobody asks about are skipped.
    pub fn load(
        connection: &Connection,
        span: i64,
        polls: usize,
        asked: &HashMap<i64, Asked>,
        budget: &mut Budget,
    ) -> Result<Self, RecordingError> {
        let mut found = Self::of_polls(polls);
        let sql = "SELECT key, bytes FROM blocks WHERE key >= ? AND key < ? ORDER BY key";
        let mut statement = connection.prepare_cached(sql)?;
        let keys = key::blocks(span);
        let mut rows = statement.query((keys.start, keys.end))?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            let first = key - keys.start;
            found.lost.end_before(first);
            let damaged =
                |error: BlobError| RecordingError::damaged("blocks", key, error.to_string());
            let bytes = row.get_ref(1)?.as_blob();
            let bytes = bytes.map_err(|_| RecordingError::damaged("blocks", key, "not a blob"))?;
            match unseal(bytes) {
                Ok(content) => found.read_row(content, asked, budget, damaged)?,
                Err(error) => {
                    found.errors.push(damaged(error));
                    // Up to the first one of the next row.
                    found.lost.insert(first, i64::MAX);
                }
            }
        }
        Ok(found)
    }

    fn read_row(
        &mut self,
        content: &[u8],
        asked: &HashMap<i64, Asked>,
        budget: &mut Budget,
        damaged: impl Fn(BlobError) -> RecordingError,
    ) -> Result<(), RecordingError> {
        for part in row_parts(content) {
            let part = match part {
                Ok(part) => part,
                Err(error) => {
                    self.errors.push(damaged(error));
                    return Ok(());
                }
            };
            let writer = i64::from(part.writer);
            let Some(asked) = asked.get(&writer) else { continue };
            // As much as a block may take when it is parsed.
            let size = 32 * asked.words + 64 * part.bytes.len();
            budget.take(size as u64)?;
            let read = self.read(part.writer, part.bytes, asked);
            budget.give_back(size as u64);
            match read {
                Ok(changes) => {
                    let lists = self.polls.len() * size_of::<(u32, usize)>();
                    budget.take(changes * size_of::<Change>() as u64 + lists as u64)?;
                }
                Err(error) => {
                    self.errors.push(damaged(error.shifted(part.offset)));
                    self.lost.insert(writer, writer + 1);
                }
            }
        }
        Ok(())
    }

    /// Reads a block; how many changes it has.
    fn read(&mut self, writer: u32, bytes: &[u8], asked: &Asked) -> Result<u64, BlobError> {
        let block = Block::parse(bytes, asked.words as u32)?;
        let polls = &mut self.polls;
        let read = block.each_change(|poll, change| {
            if let Some(poll) = polls.get_mut(usize::from(poll)) {
                poll.changes.push(change);
            }
        });
        let mut all = (!asked.appears.is_empty()).then(|| {
            let mut all = block.keyframe().unwrap_or_default().to_vec();
            all.resize(asked.words, 0);
            all
        });
        let mut count = 0;
        for (number, poll) in polls.iter_mut().enumerate() {
            let begin = poll.end();
            if read.is_err() {
                poll.changes.truncate(begin);
                continue;
            }
            if let Some(all) = &mut all {
                for change in &poll.changes[begin..] {
                    all[change.word as usize] = change.value;
                }
                if asked.appears.contains(&number) {
                    poll.changes.truncate(begin);
                    poll.changes.extend(present(all));
                }
            }
            count += (poll.changes.len() - begin) as u64;
            poll.end_writer(writer);
        }
        read?;
        self.writers.insert(writer);
        Ok(count)
    }
}

/// All words that aren't 0.
fn present(all: &[u64]) -> impl Iterator<Item = Change> {
    let words = all.iter().zip(0..).filter(|(value, _)| **value != 0);
    words.map(|(&value, word)| Change { word, value })
}
