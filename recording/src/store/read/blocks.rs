//! What a span changed, from its blocks.

use std::collections::{BTreeMap, HashMap};
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
pub type Changes = Vec<(u32, Vec<Change>)>;

/// What is known of the writers in blocks.
#[derive(Debug, Default)]
pub struct SpanBlocks {
    /// Of each poll.
    pub polls: Vec<Changes>,
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
    /// Reads the blocks of a span. Those of writers that nobody asks about are skipped.
    pub fn load(
        connection: &Connection,
        span: i64,
        polls: usize,
        asked: &HashMap<i64, Asked>,
        budget: &mut Budget,
    ) -> Result<Self, RecordingError> {
        let mut found = Self { polls: vec![Vec::new(); polls], ..Self::default() };
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
                    let lists = self.polls.len() * size_of::<(u32, Vec<Change>)>();
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
        let mut all = block.keyframe().unwrap_or_default().to_vec();
        all.resize(asked.words, 0);
        let mut count = 0;
        let mut changes = block.changes()?.into_iter().peekable();
        for (poll, found) in self.polls.iter_mut().enumerate() {
            let own = changes.next_if(|(at, _)| usize::from(*at) == poll);
            let own = own.map(|(_, own)| own).unwrap_or_default();
            for change in &own {
                all[change.word as usize] = change.value;
            }
            let own = if asked.appears.contains(&poll) { present(&all) } else { own };
            count += own.len() as u64;
            // Also if nothing changed: where there is a block, it counts.
            found.push((writer, own));
        }
        Ok(count)
    }
}

/// All words that aren't 0.
fn present(all: &[u64]) -> Vec<Change> {
    let words = all.iter().zip(0..).filter(|(value, _)| **value != 0);
    words.map(|(&value, word)| Change { word, value }).collect()
}
