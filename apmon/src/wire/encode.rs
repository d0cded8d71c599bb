//! Values to bytes.

use super::header::Header;
use super::packet::{Packet, Parameter};
use super::value::Value;

impl Packet<'_> {
    /// Appends the packet's bytes to `out`, whatever is in it.
    ///
    /// They decode to the same packet if no name is empty, no string is longer than
    /// [`MAX_STRING`](super::MAX_STRING), a version has no `p:` in it, and there are numbers and a time
    /// only where the [version](Header::version) has them.
    pub fn encode(&self, out: &mut Vec<u8>) {
        if let Some(header) = &self.header {
            header.encode(out);
        }
        string(out, self.cluster);
        string(out, self.node);
        word(out, self.parameters.len() as i32);
        for parameter in &self.parameters {
            parameter.encode(out);
        }
        if let Some(time) = self.time {
            word(out, time);
        }
    }
}

impl Header<'_> {
    /// Appends version, password and, if it has them, instance and sequence number.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let length = 4 + self.version.len() + self.password.len();
        word(out, length as i32);
        for part in [b"v:", self.version, b"p:", self.password] {
            out.extend_from_slice(part);
        }
        pad(out, length);
        if let Some(numbering) = self.numbering {
            word(out, numbering.instance);
            word(out, numbering.sequence);
        }
    }
}

impl Parameter<'_> {
    /// Appends name, type and value.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        string(out, self.name);
        word(out, self.value.type_number());
        match self.value {
            Value::Text(text) => string(out, text),
            Value::I32(number) => word(out, number),
            Value::I64(number) => out.extend_from_slice(&number.to_be_bytes()),
            Value::F32(number) => out.extend_from_slice(&number.to_bits().to_be_bytes()),
            Value::F64(number) => out.extend_from_slice(&number.to_bits().to_be_bytes()),
        }
    }

    /// How many bytes that takes.
    pub(crate) fn encoded_len(&self) -> usize {
        let value = match self.value {
            Value::Text(text) => string_len(text),
            Value::I32(_) | Value::F32(_) => 4,
            Value::I64(_) | Value::F64(_) => 8,
        };
        string_len(self.name) + 4 + value
    }
}

/// Appends a number.
pub(crate) fn word(out: &mut Vec<u8>, number: i32) {
    out.extend_from_slice(&number.to_be_bytes());
}

/// Appends length, bytes and padding.
pub(crate) fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    word(out, bytes.len() as i32);
    out.extend_from_slice(bytes);
    pad(out, bytes.len());
}

/// How many bytes [`string`] takes.
pub(crate) fn string_len(bytes: &[u8]) -> usize {
    4 + padded(bytes.len())
}

fn pad(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&[0; 3][..padded(length) - length]);
}

fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}
