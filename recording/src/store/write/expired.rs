//! Removing rows, few at a time.

use rusqlite::OptionalExtension;

use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::key;
use crate::store::spans;
use crate::store::write::rows::Rows;

/// In this many steps a span is looked for whose row isn't damaged.
const TRIES: usize = 16;

/// The oldest span that may be removed.
#[derive(Debug)]
pub struct Oldest {
    pub id: i64,
    pub is_complete: bool,
    pub form: i64,
}

impl Oldest {
    pub fn is_rolled_up(&self) -> bool {
        self.form == Form::RollUps as i64
    }
}

impl Rows<'_> {
    /// The first span that stays, if there is one.
    pub fn first_span(self) -> Result<Option<i64>, RecordingError> {
        let mut statement = self.0.prepare_cached("SELECT min(id) FROM spans")?;
        Ok(statement.query_row((), |row| row.get(0))?)
    }

    /// The last span up to one from which on it can be read; that one itself if there is none.
    pub fn last_complete(self, span: i64) -> Result<i64, RecordingError> {
        let sql = "SELECT ifnull(max(id), ?1) FROM spans WHERE complete = 1 AND id <= ?1";
        Ok(self.0.prepare_cached(sql)?.query_row((span,), |row| row.get(0))?)
    }

    /// The oldest span before another one.
    pub fn oldest(self, before: i64) -> Result<Option<Oldest>, RecordingError> {
        let sql = "SELECT id, complete, form FROM spans WHERE id < ? ORDER BY id LIMIT 1";
        let oldest = |row: &rusqlite::Row<'_>| {
            Ok(Oldest { id: row.get(0)?, is_complete: row.get(1)?, form: row.get(2)? })
        };
        Ok(self.0.prepare_cached(sql)?.query_row((before,), oldest).optional()?)
    }

    /// The oldest span before another one that has blocks which may expire.
    pub fn oldest_blocks(self, before: i64) -> Result<Option<i64>, RecordingError> {
        let sql = "SELECT min(id) FROM spans WHERE form = 1 AND id < ?";
        Ok(self.0.prepare_cached(sql)?.query_row((before,), |row| row.get(0))?)
    }

    /// The span whose blocks expired last; perhaps some of them are left.
    pub fn last_rolled_up(self) -> Result<Option<i64>, RecordingError> {
        let sql = "SELECT max(id) FROM spans WHERE form = 2";
        Ok(self.0.prepare_cached(sql)?.query_row((), |row| row.get(0))?)
    }

    /// Whether a span that doesn't say everything is followed by one that does, up to `last`: if it is
    /// the first span, that is where reading begins.
    pub fn is_unreadable(self, span: i64, last: i64) -> Result<bool, RecordingError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM spans WHERE complete = 1 AND id > ? AND id <= ?)";
        Ok(self.0.prepare_cached(sql)?.query_row((span, last), |row| row.get(0))?)
    }

    /// When the spans were over that are read together with this one, by the recording's own time in
    /// nanoseconds; `None` if they aren't, or it isn't known.
    pub fn own_end(self, span: i64) -> Result<Option<u128>, RecordingError> {
        let sql = "SELECT id FROM spans WHERE complete = 1 AND id > ? ORDER BY id LIMIT 1";
        let mut at = span;
        for _ in 0..TRIES {
            let mut statement = self.0.prepare_cached(sql)?;
            let next: Option<i64> = statement.query_row((at,), |row| row.get(0)).optional()?;
            let Some(next) = next else { break };
            match spans::head(self.0, next) {
                Ok(head) => return Ok(Some(head.own_time.as_nanos())),
                Err(RecordingError::Damaged(_)) => at = next,
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Removes a span. Its other rows are [garbage](Self::remove_garbage) then.
    pub fn remove_span(self, span: i64) -> Result<(), RecordingError> {
        self.0.prepare_cached("DELETE FROM spans WHERE id = ?")?.execute((span,))?;
        Ok(())
    }

    /// Removes spans of which only roll-ups are left.
    pub fn remove_rolled_up(self, from: i64, to: i64) -> Result<usize, RecordingError> {
        let sql = "DELETE FROM spans WHERE id >= ? AND id < ? AND form = 2";
        Ok(self.0.prepare_cached(sql)?.execute((from, to))?)
    }

    /// Removes a few rows of spans before the first one; whether there were any.
    pub fn remove_garbage(self, first: i64) -> Result<bool, RecordingError> {
        let ranges = [
            ("blocks", key::blocks(first).start, 1),
            ("recent", key::changes(first).start, 1),
            ("events", key::events(first).start, 64),
        ];
        for (table, end, count) in ranges {
            if self.remove_first(table, i64::MIN, end, count)? {
                return Ok(true);
            }
        }
        let sql =
            "DELETE FROM stretches WHERE id < (SELECT stretch FROM spans ORDER BY id LIMIT 1)";
        Ok(self.0.prepare_cached(sql)?.execute(())? > 0)
    }

    /// Removes a row of a span's blocks; whether there was one.
    pub fn remove_a_block(self, span: i64) -> Result<bool, RecordingError> {
        let keys = key::blocks(span);
        self.remove_first("blocks", keys.start, keys.end, 1)
    }

    fn remove_first(
        self,
        table: &str,
        start: i64,
        end: i64,
        count: usize,
    ) -> Result<bool, RecordingError> {
        let sql = format!(
            "DELETE FROM {table} WHERE key IN \
             (SELECT key FROM {table} WHERE key >= ? AND key < ? ORDER BY key LIMIT {count})"
        );
        Ok(self.0.prepare_cached(&sql)?.execute((start, end))? > 0)
    }
}
