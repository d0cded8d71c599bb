//! Bytes of packets, a field at a time.

use apmon::wire::{Packet, Value};

/// Bytes that may have any padding.
pub struct Bytes {
    bytes: Vec<u8>,
    padding: u8,
}

impl Bytes {
    pub fn padded_with(padding: u8) -> Self {
        Self { bytes: Vec::new(), padding }
    }

    pub fn string(mut self, text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        self = self.word(text.len() as i32);
        self.bytes.extend(text);
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(self.padding);
        }
        self
    }

    pub fn word(self, number: i32) -> Self {
        self.raw(&number.to_be_bytes())
    }

    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    pub fn end(self) -> Vec<u8> {
        self.bytes
    }
}

/// A packet as the table of the format has it.
pub fn encode(packet: &Packet<'_>, padding: u8) -> Vec<u8> {
    let mut bytes = Bytes::padded_with(padding);
    if let Some(header) = packet.header {
        bytes = bytes.string([b"v:", header.version, b"p:", header.password].concat());
        if let Some(numbering) = header.numbering {
            bytes = bytes.word(numbering.instance).word(numbering.sequence);
        }
    }
    bytes = bytes.string(packet.cluster).string(packet.node).word(packet.parameters.len() as i32);
    for parameter in &packet.parameters {
        bytes = bytes.string(parameter.name);
        bytes = match parameter.value {
            Value::Text(text) => bytes.word(0).string(text),
            Value::I32(number) => bytes.word(2).word(number),
            Value::I64(number) => bytes.word(3).raw(&number.to_be_bytes()),
            Value::F32(number) => bytes.word(4).raw(&number.to_be_bytes()),
            Value::F64(number) => bytes.word(5).raw(&number.to_be_bytes()),
        };
    }
    if let Some(time) = packet.time {
        bytes = bytes.word(time);
    }
    bytes.end()
}
