//! The keys of rows, of which those of a span or of a poll are consecutive.

use std::ops::Range;

/// The most polls of a span.
pub const POLLS: usize = 60;
/// The largest part of something that is kept in several rows, in bytes.
const PART: usize = 8 << 20;

const POLL_BITS: u32 = 6;
const EVENT_BITS: u32 = 24;
/// How far the number of something is shifted that is kept in several rows.
pub const PART_BITS: u32 = 8;

/// The highest number of a span or a writer: above it, keys would overflow.
pub const MAX_ID: i64 = (1 << 31) - 1;

/// A poll, as rows refer to it.
pub fn poll(span: i64, poll: usize) -> i64 {
    span << POLL_BITS | poll as i64
}

/// The span of a poll.
pub fn span(poll: i64) -> i64 {
    poll >> POLL_BITS
}

/// The number of a poll within its span.
pub fn number(poll: i64) -> u8 {
    (poll & ((1 << POLL_BITS) - 1)) as u8
}

/// An event's key: `number` counts those of a poll.
pub fn event(poll: i64, number: usize) -> Option<i64> {
    (number < 1 << EVENT_BITS).then_some(poll << EVENT_BITS | number as i64)
}

/// The keys of a span's events.
pub fn events(span: i64) -> Range<i64> {
    polls(span, EVENT_BITS)
}

/// Which poll of its span an event is of.
pub fn poll_of_event(key: i64) -> usize {
    (key >> EVENT_BITS & ((1 << POLL_BITS) - 1)) as usize
}

/// The keys of the events of polls, as rows refer to these.
pub fn events_of_polls(polls: Range<i64>) -> Range<i64> {
    polls.start << EVENT_BITS..polls.end << EVENT_BITS
}

/// The poll of an event, as rows refer to it.
pub fn poll_with_event(key: i64) -> i64 {
    key >> EVENT_BITS
}

/// The keys of what a span's polls changed.
pub fn changes(span: i64) -> Range<i64> {
    polls(span, PART_BITS)
}

/// Which poll of its span a row's changes are of.
pub fn poll_of_changes(key: i64) -> usize {
    (key >> PART_BITS & ((1 << POLL_BITS) - 1)) as usize
}

fn polls(span: i64, bits: u32) -> Range<i64> {
    poll(span, 0) << bits..poll(span + 1, 0) << bits
}

/// A row of blocks, by its first writer.
pub fn block(span: i64, writer: u32) -> i64 {
    span << 32 | i64::from(writer)
}

/// The keys of a span's blocks.
pub fn blocks(span: i64) -> Range<i64> {
    block(span, 0)..block(span + 1, 0)
}

/// A writer's roll-up of a span.
pub fn minute(writer: u32, span: i64) -> i64 {
    i64::from(writer) << 32 | span
}

/// The keys of the parts of something.
pub fn parts(id: i64) -> Range<i64> {
    id << PART_BITS..(id + 1) << PART_BITS
}

/// Parts with their keys, at least one; `None` if there are too many.
pub fn split(id: i64, bytes: &[u8]) -> Option<impl Iterator<Item = (i64, &[u8])>> {
    let empty = bytes.is_empty().then_some(bytes);
    let fits = bytes.len() <= PART << PART_BITS;
    fits.then(|| parts(id).zip(empty.into_iter().chain(bytes.chunks(PART))))
}
