//! Bytes to values.

use super::MAX_STRING;
use super::error::{DecodeError, Field, Reason};
use super::header::{Header, Numbering, is_numbered, is_timed};
use super::packet::{Packet, Parameter};
use super::value::Value;

/// The least bytes that a parameter takes: the length of a name, a type and a value.
const LEAST_PARAMETER: usize = 12;

impl<'a> Packet<'a> {
    /// Decodes a packet. Padding may be anything.
    ///
    /// # Errors
    ///
    /// Returns an error if the packet is cut short, a length is beyond its end or above
    /// [`MAX_STRING`], the number of parameters is negative or more than there is space for, a type
    /// is unknown, a name is empty, or anything but a time follows the last parameter.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let (packet, error) = Self::decode_lenient(bytes);
        error.map_or(Ok(packet), Err)
    }

    /// Decodes what stands before the first error. Fields behind it are absent or empty.
    pub fn decode_lenient(bytes: &'a [u8]) -> (Self, Option<DecodeError>) {
        let mut packet = Self::default();
        let error = packet.read(&mut Reader { bytes, offset: 0 }).err();
        (packet, error)
    }

    fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
        let first = reader.string(Field::Header)?;
        let mut timed = false;
        if let Some((version, password)) = Header::split(first) {
            let header = self.header.insert(Header { version, password, numbering: None });
            timed = is_timed(version);
            if is_numbered(version) {
                let instance = reader.word(Field::Instance)?;
                let sequence = reader.word(Field::Sequence)?;
                header.numbering = Some(Numbering { instance, sequence });
            }
            self.cluster = reader.string(Field::Cluster)?;
        } else {
            self.cluster = first;
        }
        self.node = reader.string(Field::Node)?;
        let count = reader.count()?;
        self.parameters.reserve_exact(count as usize);
        for number in 1..=count {
            self.parameters.push(reader.parameter(number)?);
        }
        self.time = reader.time(timed)?;
        Ok(())
    }
}

/// The bytes, and how many of them are read.
struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    fn left(&self) -> usize {
        self.bytes.len() - self.offset
    }

    fn error(&self, field: Field, reason: Reason) -> DecodeError {
        DecodeError { offset: self.offset, field, reason }
    }

    /// The next bytes; doesn't move on.
    fn peek<const N: usize>(&self, field: Field) -> Result<[u8; N], DecodeError> {
        let next = self.bytes[self.offset..].first_chunk();
        next.copied()
            .ok_or_else(|| self.error(field, Reason::Cut { left: self.left(), expected: N }))
    }

    fn take<const N: usize>(&mut self, field: Field) -> Result<[u8; N], DecodeError> {
        let next = self.peek(field)?;
        self.offset += N;
        Ok(next)
    }

    fn word(&mut self, field: Field) -> Result<i32, DecodeError> {
        self.take(field).map(i32::from_be_bytes)
    }

    fn string(&mut self, field: Field) -> Result<&'a [u8], DecodeError> {
        let found = u32::from_be_bytes(self.peek(field)?);
        let length = found as usize;
        // With its padding. A length is rejected before anything is added to it.
        let max = ((self.left() - 4) & !3).min(MAX_STRING);
        if length > max {
            return Err(self.error(field, Reason::Length { found, max }));
        }
        let start = self.offset + 4;
        self.offset = start + length.next_multiple_of(4);
        Ok(&self.bytes[start..start + length])
    }

    fn count(&mut self) -> Result<u32, DecodeError> {
        let found = i32::from_be_bytes(self.peek(Field::Count)?);
        let max = (self.left() - 4) / LEAST_PARAMETER;
        match u32::try_from(found) {
            Ok(count) if count as usize <= max => {
                self.offset += 4;
                Ok(count)
            }
            _ => Err(self.error(Field::Count, Reason::Count { found, max })),
        }
    }

    fn parameter(&mut self, number: u32) -> Result<Parameter<'a>, DecodeError> {
        let (start, field) = (self.offset, Field::Name(number));
        let name = self.string(field)?;
        if name.is_empty() {
            return Err(DecodeError { offset: start, field, reason: Reason::NoName });
        }
        let (start, field) = (self.offset, Field::Type(number));
        let found = self.word(field)?;
        let wrong = DecodeError { offset: start, field, reason: Reason::Type(found) };
        let field = Field::Value(number);
        let value = match found {
            0 => Value::Text(self.string(field)?),
            2 => Value::I32(self.word(field)?),
            3 => Value::I64(i64::from_be_bytes(self.take(field)?)),
            4 => Value::F32(f32::from_bits(u32::from_be_bytes(self.take(field)?))),
            5 => Value::F64(f64::from_bits(u64::from_be_bytes(self.take(field)?))),
            _ => return Err(wrong),
        };
        Ok(Parameter { name, value })
    }

    fn time(&mut self, timed: bool) -> Result<Option<i32>, DecodeError> {
        match self.left() {
            0 => Ok(None),
            4 if timed => self.word(Field::Time).map(Some),
            found => Err(self.error(Field::Time, Reason::Rest { found, timed })),
        }
    }
}
