//! Folding a span of which only its rows are known.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use mmstats::StatsFile;

use crate::row::row_parts;
use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::key;
use crate::store::kinds::kinds;
use crate::store::read::budget::Budget;
use crate::store::read::writers::WriterLoader;
use crate::store::spans;
use crate::store::write::appearances::{Appearances, before_span};
use crate::store::write::folding::Fold;
use crate::store::write::former_words::FormerWords;
use crate::store::write::gathered::Gathered;
use crate::store::write::note::Notes;
use crate::store::write::rebuilt::rebuild;
use crate::store::write::rows::Rows;

/// A span that is being folded.
#[derive(Debug)]
pub struct Leftover {
    span: i64,
    is_complete: bool,
    /// How many polls it has, and how many of them can be read.
    polls: u8,
    readable: u8,
    appearances: BTreeMap<i64, Appearances>,
    /// Writers that were there at the last poll before, of a span that says everything.
    there: HashSet<i64>,
    /// Writers that are in blocks already.
    folded: HashSet<u32>,
    gathered: Gathered,
    former: FormerWords,
    /// The last writer that was folded.
    writer: i64,
    fold: Fold,
}

impl Leftover {
    /// Reads all about the span but what its polls changed.
    pub fn begin(span: i64, rows: Rows<'_>, notes: &mut Notes) -> Result<Self, RecordingError> {
        let head = spans::head(rows.0, span)?;
        let polls = head.times.len() as u8;
        let before = weigh_from(span, head.stretch, rows)?;
        let mut last = before.unwrap_or(head.times[0].monotonic);
        let weights = head.times.iter().map(|times| {
            let since = times.monotonic.saturating_sub(last);
            last = times.monotonic;
            since.as_nanos() as u64
        });
        let fold = Fold::new(span, weights.collect(), Vec::new());
        let mut budget = Budget::default();
        let (appearances, readable) = Appearances::load(span, polls, &mut budget, rows, notes)?;
        let there = match before {
            Some(_) if head.is_complete => before_span(span, rows)?,
            _ => HashSet::new(),
        };
        Ok(Self {
            span,
            is_complete: head.is_complete,
            polls,
            readable,
            appearances,
            there,
            folded: folded(span, rows, notes)?,
            gathered: Gathered::new(budget),
            former: FormerWords::before(span, rows)?,
            writer: -1,
            fold,
        })
    }

    pub fn span(&self) -> i64 {
        self.span
    }

    /// Reads a poll, or folds a writer; whether the span is finished.
    pub fn step(&mut self, rows: Rows<'_>, notes: &mut Notes) -> Result<bool, RecordingError> {
        if self.gathered.polls() < self.readable {
            match self.gathered.read_poll(self.span, rows) {
                Ok(()) => {}
                Err(RecordingError::Damaged(damage)) => {
                    notes.damaged(damage);
                    self.readable = self.gathered.polls();
                }
                Err(error) => return Err(error),
            }
            return Ok(false);
        }
        let Some(writer) = self.next_writer() else {
            if self.readable < self.polls {
                self.fold.keep_polls();
            }
            return self.fold.step(rows);
        };
        self.writer = writer;
        match self.fold_writer(writer, rows) {
            Err(RecordingError::Damaged(damage)) => {
                notes.damaged(damage);
                self.fold.keep_polls();
            }
            folded => folded?,
        }
        Ok(false)
    }

    fn next_writer(&self) -> Option<i64> {
        let changed = self.gathered.next_writer(self.writer);
        let appeared = self.appearances.range(self.writer + 1..).next().map(|(writer, _)| *writer);
        changed.into_iter().chain(appeared).min()
    }

    fn fold_writer(&mut self, writer: i64, rows: Rows<'_>) -> Result<(), RecordingError> {
        let number = u32::try_from(writer);
        let number = number.map_err(|_| RecordingError::damaged("events", writer, "a writer"))?;
        if self.folded.contains(&number) {
            // Its row and those beside it stay apart.
            return self.fold.write_row(rows);
        }
        let file = WriterLoader::new(rows.0).load(writer, &mut Budget::default())?;
        let appearances = self.appearances.get(&writer).cloned().unwrap_or_default();
        let is_first = appearances.begins_with_present();
        let was_there = if self.is_complete { self.there.contains(&writer) } else { !is_first };
        let before = if was_there { self.words_before(number, &file, rows)? } else { None };
        if was_there && before.is_none() && !self.is_complete {
            self.fold.keep_polls();
            return Ok(());
        }
        let seen = appearances.seen(was_there && !self.is_complete, self.readable);
        let kinds = kinds(&file).into();
        let words = file.word_count();
        let parts = self.gathered.parts(number, words)?;
        let span = rebuild(writer, &kinds, words, before, self.is_complete, &seen, &parts);
        span.map_or(Ok(()), |span| self.fold.fold_writer(&span, rows))
    }

    /// The words of a writer that was there before; `None` if they can't be known. A block that says
    /// all words can do without.
    fn words_before(
        &self,
        writer: u32,
        file: &StatsFile,
        rows: Rows<'_>,
    ) -> Result<Option<Vec<u64>>, RecordingError> {
        match self.former.words(writer, file.word_count(), rows) {
            Err(RecordingError::Damaged(_)) if self.is_complete => Ok(None),
            words => words,
        }
    }
}

/// The monotonic time of the poll before a span; `None` behind a gap.
fn weigh_from(span: i64, stretch: i64, rows: Rows<'_>) -> Result<Option<Duration>, RecordingError> {
    let before = match spans::head(rows.0, span - 1) {
        Ok(before) => before,
        Err(RecordingError::Damaged(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_gap = before.stretch != stretch && spans::stretch(rows.0, stretch)?.reason.is_gap();
    let last = before.times.last().map(|times| times.monotonic);
    Ok(last.filter(|_| !is_gap))
}

/// The writers that are in blocks of a span. Damaged rows are removed if what they said is in the polls,
/// which are removed from the first one on; otherwise they are an error.
fn folded(span: i64, rows: Rows<'_>, notes: &mut Notes) -> Result<HashSet<u32>, RecordingError> {
    let sql = "SELECT key, bytes FROM blocks WHERE key >= ? AND key < ? ORDER BY key";
    let mut statement = rows.0.prepare_cached(sql)?;
    let keys = key::blocks(span);
    let mut found = statement.query((keys.start, keys.end))?;
    let (mut writers, mut damaged) = (HashSet::new(), Vec::new());
    while let Some(row) = found.next()? {
        let key: i64 = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
        let parts: Result<Vec<_>, _> = unseal(bytes)
            .and_then(|content| row_parts(content).map(|part| Ok(part?.writer)).collect());
        match parts {
            Ok(parts) => writers.extend(parts),
            Err(error) => damaged.push((key, error.to_string())),
        }
    }
    drop(found);
    for (key, what) in damaged {
        let error = RecordingError::damaged("blocks", key, what);
        if !rows.has_first_poll(span)? {
            return Err(error);
        }
        if let RecordingError::Damaged(damage) = error {
            notes.damaged(damage);
        }
        rows.0.prepare_cached("DELETE FROM blocks WHERE key = ?")?.execute((key,))?;
    }
    Ok(writers)
}
