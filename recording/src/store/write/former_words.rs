//! The words of writers before a span, from the roll-ups before it.

use crate::roll_up::RollUp;
use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::key;
use crate::store::write::rows::Rows;

/// Which roll-ups say all that changed before a span.
#[derive(Debug)]
pub struct FormerWords {
    /// From this span on, each writer that changed has one.
    first: i64,
    span: i64,
}

impl FormerWords {
    pub fn before(span: i64, rows: Rows<'_>) -> Result<Self, RecordingError> {
        // All of the spans from the last one that says everything, up to one without roll-ups.
        let sql = "SELECT id, complete, form FROM spans WHERE id < ? ORDER BY id DESC LIMIT 10";
        let mut statement = rows.0.prepare_cached(sql)?;
        let mut found = statement.query((span,))?;
        let mut first = span;
        while let Some(row) = found.next()? {
            let (id, is_complete, form): (i64, bool, i64) = row.try_into()?;
            if id != first - 1 || !matches!(form, 1 | 2) {
                break;
            }
            first = id;
            if is_complete {
                break;
            }
        }
        Ok(Self { first, span })
    }

    /// A writer's words; `None` if spans that said them are gone, or aren't folded.
    pub fn words(
        &self,
        writer: u32,
        count: usize,
        rows: Rows<'_>,
    ) -> Result<Option<Vec<u64>>, RecordingError> {
        let sql = "SELECT key, bytes FROM minutes WHERE key >= ? AND key < ? ORDER BY key DESC";
        let mut statement = rows.0.prepare_cached(sql)?;
        let keys = (key::minute(writer, self.first), key::minute(writer, self.span));
        let mut found = statement.query(keys)?;
        let mut later = Vec::new();
        while let Some(row) = found.next()? {
            let key = row.get(0)?;
            let damaged = |what: String| RecordingError::damaged("minutes", key, what);
            let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
            let roll_up = unseal(bytes).and_then(|bytes| RollUp::decode(bytes, count as u32));
            let roll_up = roll_up.map_err(|error| damaged(error.to_string()))?;
            let Some(mut words) = roll_up.keyframe else {
                later.push(roll_up.words);
                continue;
            };
            words.resize(count, 0);
            for word in later.iter().rev().flatten() {
                words[word.word as usize] = word.last;
            }
            return Ok(Some(words));
        }
        Ok(None)
    }
}
