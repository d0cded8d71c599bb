//! Parameters to packets, in a buffer per thread.
//!
//! A packet is encoded once for all destinations: the buffer begins with room for the longest of
//! their headers, and each destination's is put right before the rest.

use std::cell::Cell;

use super::fate::LeftOut;
use crate::wire::encode::{string, string_len, word};
use crate::wire::{MAX_PACKET, MAX_STRING, NUMBERS, Numbering, Parameter};

/// Enough for most packets, so that only a thread's first packet allocates.
const CAPACITY: usize = 2_048;
/// The bytes of a time.
const TIME: usize = 4;
/// The least bytes of a parameter.
const LEAST_PARAMETER: usize = 16;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A packet in the making: room for a header, cluster, node, and parameters.
#[derive(Debug)]
pub(super) struct Body {
    bytes: Vec<u8>,
    room: usize,
    /// Where the number of parameters stands.
    count_at: usize,
    count: i32,
    time: Option<i32>,
}

impl Body {
    /// Takes the thread's buffer. `room` is for the longest header.
    pub(super) fn begin(room: usize, time: Option<i32>) -> Self {
        // Near the end of the thread its storage may be gone; then it is a new buffer.
        let mut bytes = BUFFER.try_with(Cell::take).unwrap_or_default();
        bytes.clear();
        bytes.reserve(CAPACITY);
        bytes.resize(room, 0);
        Self { bytes, room, count_at: 0, count: 0, time }
    }

    /// Appends cluster and node. To be called once. Returns whether they leave room for a parameter.
    pub(super) fn name(&mut self, cluster: &str, node: &str) -> bool {
        let length = string_len(cluster.as_bytes()) + string_len(node.as_bytes());
        if self.bytes.len() + length + 4 + LEAST_PARAMETER + TIME > MAX_PACKET {
            return false;
        }
        string(&mut self.bytes, cluster.as_bytes());
        string(&mut self.bytes, node.as_bytes());
        self.count_at = self.bytes.len();
        word(&mut self.bytes, 0);
        true
    }

    /// Whether a parameter can be in a packet at all.
    pub(super) fn check(&self, parameter: &Parameter<'_>, finite: bool) -> Result<(), LeftOut> {
        if parameter.name.is_empty() {
            return Err(LeftOut::NoName);
        }
        if finite && parameter.value.is_not_finite() {
            return Err(LeftOut::NotFinite);
        }
        // The length first: a sum with that of a larger one might not be a number of bytes.
        let alone = self.count_at + 4 + TIME;
        if parameter.name.len() > MAX_STRING || alone + parameter.encoded_len() > MAX_PACKET {
            return Err(LeftOut::TooLarge);
        }
        Ok(())
    }

    /// Whether another parameter would make the packet larger than `max_size`.
    pub(super) fn is_full_for(&self, parameter: &Parameter<'_>, max_size: usize) -> bool {
        self.count > 0 && self.bytes.len() + parameter.encoded_len() + TIME > max_size
    }

    pub(super) fn push(&mut self, parameter: &Parameter<'_>) {
        parameter.encode(&mut self.bytes);
        self.count += 1;
    }

    /// The number of parameters since the last [`restart`](Self::restart).
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// Completes the packet.
    pub(super) fn finish(&mut self) {
        self.bytes[self.count_at..self.count_at + 4].copy_from_slice(&self.count.to_be_bytes());
        if let Some(time) = self.time {
            word(&mut self.bytes, time);
        }
    }

    /// Begins the next packet, with the same cluster and node.
    pub(super) fn restart(&mut self) {
        self.bytes.truncate(self.count_at + 4);
        self.count = 0;
    }

    /// What follows the header, with a time if it has none.
    pub(super) fn timed(&self, now: i32) -> Box<[u8]> {
        let time = now.to_be_bytes();
        let time: &[u8] = if self.time.is_none() { &time } else { &[] };
        [&self.bytes[self.room..], time].concat().into()
    }

    /// The packet, with version, password and numbers written before the rest.
    pub(super) fn with_header(&mut self, header: &[u8], numbering: Numbering) -> &[u8] {
        let Numbering { instance, sequence } = numbering;
        let numbers = self.room - NUMBERS;
        let start = numbers - header.len();
        self.bytes[start..numbers].copy_from_slice(header);
        self.bytes[numbers..self.room - 4].copy_from_slice(&instance.to_be_bytes());
        self.bytes[self.room - 4..self.room].copy_from_slice(&sequence.to_be_bytes());
        &self.bytes[start..]
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        let _ = BUFFER.try_with(|slot| slot.set(bytes));
    }
}
