//! Packing a span that is over into blocks and roll-ups.

use std::time::{Duration, Instant};

use crate::block::encode_block;
use crate::roll_up::RollUp;
use crate::row::RowWriter;
use crate::seal::seal;
use crate::span::Span;
use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::write::open_span::WriterSpan;
use crate::store::write::rows::Rows;

/// A row of blocks has about so many bytes, unless a single block has more.
const ROW: usize = 32 << 10;
/// A larger part stays where it is.
const MAX_PART: usize = 8 << 20;
/// How long a slice takes at least.
const SLICE: Duration = Duration::from_millis(5);
/// In how many slices all is done at most, so that it is over before the next span is.
const SLICES: usize = 45;

/// A span that is being folded, slice by slice.
#[derive(Debug)]
pub struct Fold {
    span: i64,
    /// For how long the value of each poll stood.
    weights: Vec<u64>,
    /// By descending number, as the last one is next.
    queue: Vec<WriterSpan>,
    /// How many writers a slice has at least.
    share: usize,
    row: RowWriter,
    /// The first writer in the row.
    first: u32,
    /// The first poll whose changes aren't removed yet; `None` if they stay, as a block is too large.
    unremoved: Option<usize>,
    /// A roll-up is too large, so the blocks stay.
    lacks_roll_up: bool,
}

impl Fold {
    pub fn new(span: i64, weights: Vec<u64>, mut queue: Vec<WriterSpan>) -> Self {
        queue.sort_by_key(|writer| std::cmp::Reverse(writer.writer));
        Self {
            span,
            weights,
            share: queue.len().div_ceil(SLICES),
            queue,
            row: RowWriter::default(),
            first: 0,
            unremoved: Some(0),
            lacks_roll_up: false,
        }
    }

    /// The span that is being folded.
    pub fn span(&self) -> i64 {
        self.span
    }

    /// Folds for a while; whether it is finished.
    pub fn step(&mut self, rows: Rows<'_>) -> Result<bool, RecordingError> {
        let begun = Instant::now();
        let mut share = self.share;
        while share > 0 || begun.elapsed() < SLICE {
            share = share.saturating_sub(1);
            if let Some(writer) = self.queue.pop() {
                self.fold_writer(&writer, rows)?;
                continue;
            }
            self.write_row(rows)?;
            // Blocks have all of these now. They go from the first poll on, so that a reader sees at it
            // whether any is missing.
            match &mut self.unremoved {
                Some(poll) if *poll < self.weights.len() => {
                    rows.remove_changes(self.span, *poll)?;
                    *poll += 1;
                }
                _ => {
                    let is_whole = self.unremoved.is_none() || self.lacks_roll_up;
                    rows.set_form(self.span, if is_whole { Form::Whole } else { Form::Blocks })?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Folds what is left.
    pub fn finish(mut self, rows: Rows<'_>) -> Result<(), RecordingError> {
        while !self.step(rows)? {}
        Ok(())
    }

    /// Not all is in blocks, so what each poll changed stays.
    pub fn keep_polls(&mut self) {
        self.unremoved = None;
    }

    /// Folds the next writer.
    pub fn fold_writer(
        &mut self,
        writer: &WriterSpan,
        rows: Rows<'_>,
    ) -> Result<(), RecordingError> {
        let changes = writer.changes();
        if changes.is_empty() && !writer.is_keyframe() {
            return Ok(());
        }
        let polls = writer.polls();
        let span = Span::new(polls.clone(), writer.before(), changes.iter().copied());
        let keyframe = writer.is_keyframe().then(|| writer.before());
        let mut block = Vec::new();
        encode_block(&span, keyframe, &mut block);
        self.push(writer.writer, &block, rows)?;

        let weights = &self.weights[usize::from(polls.start)..usize::from(polls.end)];
        let kind = |word: u32| writer.kinds[word as usize];
        let mut roll_up = RollUp::of(&span, kind, weights);
        roll_up.keyframe = keyframe.map(|before| {
            let mut words = before.to_vec();
            span.apply(&mut words);
            words
        });
        let mut minute = Vec::new();
        roll_up.encode(&mut minute);
        seal(&mut minute);
        if minute.len() <= MAX_PART {
            return rows.minute(writer.writer, self.span, &minute);
        }
        self.lacks_roll_up = true;
        Ok(())
    }

    fn push(&mut self, writer: u32, block: &[u8], rows: Rows<'_>) -> Result<(), RecordingError> {
        if block.len() > MAX_PART {
            self.unremoved = None;
            return Ok(());
        }
        if self.row.size() + block.len() > ROW {
            self.write_row(rows)?;
        }
        if self.row.size() == 0 {
            self.first = writer;
        }
        self.row.push(writer, block);
        Ok(())
    }

    /// Ends a row of blocks.
    pub fn write_row(&mut self, rows: Rows<'_>) -> Result<(), RecordingError> {
        if self.row.size() == 0 {
            return Ok(());
        }
        rows.block(self.span, self.first, &self.row.take())
    }
}
