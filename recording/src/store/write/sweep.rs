//! Removing what only spans mentioned that are gone: roll-ups, writers, structures.

use std::collections::HashSet;

use rusqlite::Row;

use crate::store::error::RecordingError;
use crate::store::key::{self, MAX_ID};
use crate::store::write::rows::Rows;

/// How many writers a step sees.
const STEP: usize = 16;

/// A pass over all writers.
#[derive(Debug)]
pub struct Sweep {
    /// The first span that stays.
    first: i64,
    /// The last writer that was seen.
    writer: i64,
    /// The structures of the writers that stay.
    used: HashSet<i64>,
}

/// Writer, structure, and the poll at which it ended.
type Writer = (i64, i64, Option<i64>);

impl Sweep {
    pub fn new(first: i64) -> Self {
        Self { first, writer: -1, used: HashSet::new() }
    }

    /// Goes on with some writers; whether that was all.
    pub fn step(&mut self, rows: Rows<'_>) -> Result<bool, RecordingError> {
        let writers = self.next(rows)?;
        for (writer, structure, ended) in &writers {
            self.writer = *writer;
            let is_over = ended.is_some_and(|poll| poll < key::poll(self.first, 0));
            let end = if is_over { MAX_ID } else { self.first };
            let Ok(number) = u32::try_from(*writer) else { continue };
            let sql = "DELETE FROM minutes WHERE key >= ? AND key < ?";
            let keys = (key::minute(number, 0), key::minute(number, end));
            rows.0.prepare_cached(sql)?.execute(keys)?;
            if is_over {
                rows.0.prepare_cached("DELETE FROM writers WHERE id = ?")?.execute((writer,))?;
            } else {
                self.used.insert(*structure);
            }
        }
        let is_all = writers.len() < STEP;
        if is_all {
            self.remove_structures(rows)?;
        }
        Ok(is_all)
    }

    fn next(&self, rows: Rows<'_>) -> Result<Vec<Writer>, RecordingError> {
        let sql = "SELECT id, structure, ended FROM writers WHERE id > ? ORDER BY id LIMIT ?";
        let mut statement = rows.0.prepare_cached(sql)?;
        let writer = |row: &Row<'_>| row.try_into();
        let found = statement.query_map((self.writer, STEP as i64), writer)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn remove_structures(&self, rows: Rows<'_>) -> Result<(), RecordingError> {
        let mut statement = rows.0.prepare_cached("SELECT DISTINCT key >> 8 FROM structures")?;
        let found = statement.query_map((), |row| row.get(0))?;
        let found: Vec<i64> = found.collect::<Result<_, _>>()?;
        for structure in found.iter().filter(|structure| !self.used.contains(structure)) {
            let keys = key::parts(*structure);
            let sql = "DELETE FROM structures WHERE key >= ? AND key < ?";
            rows.0.prepare_cached(sql)?.execute((keys.start, keys.end))?;
        }
        Ok(())
    }
}
