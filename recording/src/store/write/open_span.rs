//! What has changed in a writer's words since a span began.

use std::ops::Range;
use std::sync::Arc;

use mmstats_sqlite::varint;

use crate::poll::{Change, decode_poll, encode_poll};
use crate::summary::WordKind;

/// The changes of a writer in the span that is being recorded.
#[derive(Debug)]
pub struct OpenSpan {
    /// The words before the first poll, or at it if nothing was known before.
    before: Vec<u64>,
    /// Whether the block must have all words.
    is_keyframe: bool,
    polls: Range<u8>,
    /// By poll, with the size of what changed at it.
    changes: Vec<u8>,
}

impl OpenSpan {
    /// Of a writer that has these words before the first poll.
    pub fn following(words: &[u64], is_keyframe: bool) -> Self {
        Self { before: words.to_vec(), is_keyframe, polls: 0..0, changes: Vec::new() }
    }

    /// Of a writer that is new at a poll, with these words.
    pub fn appearing(words: &[u64], poll: u8) -> Self {
        let polls = poll..poll + 1;
        Self { before: words.to_vec(), is_keyframe: true, polls, changes: Vec::new() }
    }

    /// Appends what changed at a poll, at which the writer was there.
    pub fn push(&mut self, poll: u8, changes: impl Iterator<Item = Change>) {
        self.polls.end = poll + 1;
        let mut encoded = Vec::new();
        encode_poll(changes, &mut encoded);
        if !encoded.is_empty() {
            self.changes.push(poll);
            varint::put(&mut self.changes, encoded.len() as u64);
            self.changes.append(&mut encoded);
        }
    }

    fn changes(&self) -> Vec<(u8, Change)> {
        let words = self.before.len() as u32;
        let mut rest = &self.changes[..];
        let mut found = Vec::new();
        while let Some((&poll, behind)) = rest.split_first() {
            rest = behind;
            let size = varint::take(&mut rest).unwrap_or_default() as usize;
            let Some((own, behind)) = rest.split_at_checked(size) else { break };
            rest = behind;
            found.extend(decode_poll(own, words).flatten().map(|change| (poll, change)));
        }
        found
    }
}

/// A writer's part of a span that is over.
#[derive(Debug)]
pub struct WriterSpan {
    pub writer: u32,
    pub kinds: Arc<[WordKind]>,
    open: OpenSpan,
}

impl WriterSpan {
    /// `None` if the writer wasn't there.
    pub fn new(writer: i64, kinds: &Arc<[WordKind]>, open: OpenSpan) -> Option<Self> {
        let kinds = Arc::clone(kinds);
        (!open.polls.is_empty()).then_some(Self { writer: writer as u32, kinds, open })
    }

    pub fn polls(&self) -> Range<u8> {
        self.open.polls.clone()
    }

    /// The words before the first poll.
    pub fn before(&self) -> &[u64] {
        &self.open.before
    }

    /// Whether reading must be able to begin here.
    pub fn is_keyframe(&self) -> bool {
        self.open.is_keyframe
    }

    /// By poll, and by word within each.
    pub fn changes(&self) -> Vec<(u8, Change)> {
        self.open.changes()
    }
}
