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
/// How long a slice may take.
const SLICE: Duration = Duration::from_millis(20);

/// A span that is being folded, slice by slice.
#[derive(Debug)]
pub struct Fold {
    span: i64,
    /// For how long the value of each poll stood.
    weights: Vec<u64>,
    /// By descending number, as the last one is next.
    queue: Vec<WriterSpan>,
    row: RowWriter,
    /// The first writer in the row.
    first: u32,
    /// A block is too large, so the polls stay.
    keeps_polls: bool,
    /// A roll-up is too large, so the blocks stay.
    lacks_roll_up: bool,
}

impl Fold {
    pub fn new(span: i64, weights: Vec<u64>, mut queue: Vec<WriterSpan>) -> Self {
        queue.sort_by_key(|writer| std::cmp::Reverse(writer.writer));
        let row = RowWriter::default();
        Self { span, weights, queue, row, first: 0, keeps_polls: false, lacks_roll_up: false }
    }

    /// Folds for a while; whether it is finished.
    pub fn step(&mut self, rows: Rows<'_>) -> Result<bool, RecordingError> {
        let begun = Instant::now();
        while begun.elapsed() < SLICE {
            let Some(writer) = self.queue.pop() else {
                self.write_row(rows)?;
                if !self.keeps_polls {
                    rows.remove_changes(self.span)?;
                }
                let is_whole = self.keeps_polls || self.lacks_roll_up;
                rows.set_form(self.span, if is_whole { Form::Whole } else { Form::Blocks })?;
                return Ok(true);
            };
            self.fold_writer(&writer, rows)?;
        }
        Ok(false)
    }

    /// Folds what is left.
    pub fn finish(mut self, rows: Rows<'_>) -> Result<(), RecordingError> {
        while !self.step(rows)? {}
        Ok(())
    }

    fn fold_writer(&mut self, writer: &WriterSpan, rows: Rows<'_>) -> Result<(), RecordingError> {
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
            self.keeps_polls = true;
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

    fn write_row(&mut self, rows: Rows<'_>) -> Result<(), RecordingError> {
        if self.row.size() == 0 {
            return Ok(());
        }
        rows.block(self.span, self.first, &self.row.take())
    }
}
