//! What the polls of a span changed, by writer.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::poll::{Change, decode_poll};
use crate::row::row_parts;
use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::key;
use crate::store::read::budget::Budget;
use crate::store::write::rows::Rows;

/// What each poll changed.
pub type Parts = Vec<(u8, Vec<Change>)>;

/// The rows of the first polls of a span.
#[derive(Debug)]
pub struct Gathered {
    span: i64,
    polls: Vec<Vec<u8>>,
    /// Of each writer in which polls it is, and where.
    parts: BTreeMap<u32, Vec<(u8, Range<usize>)>>,
    budget: Budget,
}

impl Gathered {
    pub fn new(budget: Budget) -> Self {
        Self { span: 0, polls: Vec::new(), parts: BTreeMap::new(), budget }
    }

    /// How many polls have been read.
    pub fn polls(&self) -> u8 {
        self.polls.len() as u8
    }

    /// Reads the next poll.
    pub fn read_poll(&mut self, span: i64, rows: Rows<'_>) -> Result<(), RecordingError> {
        self.span = span;
        let keys = key::parts(key::poll(span, self.polls.len()));
        let damaged = |what: String| RecordingError::damaged("recent", keys.start, what);
        let sql = "SELECT bytes FROM recent WHERE key >= ? AND key < ? ORDER BY key";
        let mut statement = rows.0.prepare_cached(sql)?;
        let mut found = statement.query((keys.start, keys.end))?;
        let mut bytes = Vec::new();
        while let Some(row) = found.next()? {
            let part = row.get_ref(0)?.as_blob().map_err(|_| damaged("not a blob".to_owned()))?;
            // With what is known of its parts.
            self.budget.take(20 * part.len() as u64).map_err(|error| damaged(error.to_string()))?;
            bytes.extend(part);
        }
        if !bytes.is_empty() {
            let size = unseal(&bytes).map_err(|error| damaged(error.to_string()))?.len();
            bytes.truncate(size);
        }
        let parts: Result<Vec<_>, _> = row_parts(&bytes).collect();
        for part in parts.map_err(|error| damaged(error.to_string()))? {
            let range = part.offset..part.offset + part.bytes.len();
            self.parts.entry(part.writer).or_default().push((self.polls.len() as u8, range));
        }
        self.polls.push(bytes);
        Ok(())
    }

    /// The next writer that is in a poll.
    pub fn next_writer(&self, after: i64) -> Option<i64> {
        let first = u32::try_from(after + 1).ok()?;
        self.parts.range(first..).next().map(|(writer, _)| i64::from(*writer))
    }

    /// What changed in a writer, which has that many words.
    pub fn parts(&self, writer: u32, words: usize) -> Result<Parts, RecordingError> {
        let parts = self.parts.get(&writer).into_iter().flatten();
        let parts = parts.map(|(poll, range)| {
            let key = key::parts(key::poll(self.span, usize::from(*poll))).start;
            let bytes = &self.polls[usize::from(*poll)][range.clone()];
            let changes: Result<Vec<_>, _> = decode_poll(bytes, words as u32).collect();
            let damaged = |error: crate::error::BlobError| {
                RecordingError::damaged("recent", key, error.shifted(range.start).to_string())
            };
            Ok((*poll, changes.map_err(damaged)?))
        });
        parts.collect()
    }
}
