//! What one poll writes.

use std::collections::BTreeMap;

use crate::poll::{Change, encode_poll};
use crate::row::RowWriter;
use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::key;
use crate::store::write::rows::Rows;

/// The events of a poll, and what it changed in words.
#[derive(Debug)]
pub struct Output<'a> {
    pub rows: Rows<'a>,
    /// The poll, as rows refer to it.
    pub poll: i64,
    events: usize,
    /// What changed in each writer.
    changes: BTreeMap<u32, Vec<u8>>,
}

impl<'a> Output<'a> {
    pub fn new(rows: Rows<'a>, poll: i64) -> Self {
        Self { rows, poll, events: 0, changes: BTreeMap::new() }
    }

    pub fn event(&mut self, event: &Event) -> Result<(), RecordingError> {
        let too_many = RecordingError::OutOfRange("the number of a poll's events");
        let key = key::event(self.poll, self.events).ok_or(too_many)?;
        self.events += 1;
        self.rows.event(key, &event.encode())
    }

    /// Says which words of a writer changed; nothing if none did.
    pub fn changes(&mut self, writer: u32, changes: impl Iterator<Item = Change>) {
        let mut part = Vec::new();
        encode_poll(changes, &mut part);
        if !part.is_empty() {
            self.changes.insert(writer, part);
        }
    }

    /// Writes what changed; how many bytes that is.
    pub fn finish(self) -> Result<usize, RecordingError> {
        if self.changes.is_empty() {
            return Ok(0);
        }
        let mut row = RowWriter::default();
        self.changes.iter().for_each(|(writer, part)| row.push(*writer, part));
        let bytes = row.take();
        self.rows.changes(self.poll, &bytes)?;
        Ok(bytes.len())
    }
}
