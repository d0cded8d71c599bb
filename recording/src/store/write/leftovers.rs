//! Spans that a recorder before left unfolded.

use std::time::{Duration, Instant};

use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::write::leftover::Leftover;
use crate::store::write::note::Notes;
use crate::store::write::rows::Rows;

/// Folds them one after the other.
#[derive(Debug)]
pub struct Leftovers {
    /// The last span that isn't this recorder's.
    end: i64,
    current: Option<Leftover>,
    is_over: bool,
}

impl Leftovers {
    /// Those up to a span.
    pub fn up_to(end: i64) -> Self {
        Self { end, current: None, is_over: false }
    }

    /// The span that is being folded.
    pub fn current(&self) -> Option<i64> {
        self.current.as_ref().map(Leftover::span)
    }

    /// Folds for a while.
    pub fn step(
        &mut self,
        slice: Duration,
        rows: Rows<'_>,
        notes: &mut Notes,
    ) -> Result<(), RecordingError> {
        let begun = Instant::now();
        while !self.is_over && begun.elapsed() < slice {
            self.advance(rows, notes)?;
        }
        Ok(())
    }

    /// Folds all.
    pub fn finish(&mut self, rows: Rows<'_>, notes: &mut Notes) -> Result<(), RecordingError> {
        while !self.is_over {
            self.advance(rows, notes)?;
        }
        Ok(())
    }

    fn advance(&mut self, rows: Rows<'_>, notes: &mut Notes) -> Result<(), RecordingError> {
        let Some(current) = &mut self.current else {
            let Some(span) = rows.unfolded(self.end)? else {
                self.is_over = true;
                return Ok(());
            };
            match Leftover::begin(span, rows, notes) {
                Ok(found) => self.current = Some(found),
                Err(RecordingError::Damaged(damage)) => {
                    notes.damaged(damage);
                    rows.set_form(span, Form::Whole)?;
                }
                Err(error) => return Err(error),
            }
            return Ok(());
        };
        if current.step(rows, notes)? {
            self.current = None;
        }
        Ok(())
    }
}

impl Rows<'_> {
    /// The first span up to one that isn't folded.
    fn unfolded(self, end: i64) -> Result<Option<i64>, RecordingError> {
        let sql = "SELECT min(id) FROM spans WHERE form = 0 AND id <= ?";
        Ok(self.0.prepare_cached(sql)?.query_row((end,), |row| row.get(0))?)
    }
}
