//! Bytes to values.

use super::MAX_STRING;
use super::error::{DecodeError, Field, Reason};
use super::header::{Header, Numbering, Version};
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
        let mut packet = Self::default();
        packet.read(Reader::of(bytes))?;
        Ok(packet)
    }

    /// Decodes what stands before the first error. Fields behind it are absent or empty.
    pub fn decode_lenient(bytes: &'a [u8]) -> (Self, Option<DecodeError>) {
        let mut packet = Self::default();
        let error = packet.read(Reader::of(bytes)).err();
        (packet, error)
    }

    fn read(&mut self, mut reader: Reader<'a>) -> Result<(), DecodeError> {
        let first = reader.string(Field::Header)?;
        let mut timed = false;
        if let Some((version, password)) = Header::split(first) {
            let header = self.header.insert(Header { version, password, numbering: None });
            let has = Version::of(version);
            timed = has.time;
            if has.numbering {
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

/// The bytes that aren't read yet. Errors, which are rare, work out where they are.
struct Reader<'a> {
    rest: &'a [u8],
    /// Of the whole packet.
    length: usize,
}

impl<'a> Reader<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, length: bytes.len() }
    }

    /// An error in a field that begins this many bytes before the rest.
    #[cold]
    fn error(&self, before: usize, field: Field, reason: Reason) -> DecodeError {
        DecodeError { offset: self.length - self.rest.len() - before, field, reason }
    }

    /// Takes the next bytes.
    #[inline]
    fn take<const N: usize>(&mut self, field: Field) -> Result<[u8; N], DecodeError> {
        let Some((next, rest)) = self.rest.split_first_chunk() else {
            let reason = Reason::Cut { left: self.rest.len(), expected: N };
            return Err(self.error(0, field, reason));
        };
        self.rest = rest;
        Ok(*next)
    }

    #[inline]
    fn word(&mut self, field: Field) -> Result<i32, DecodeError> {
        self.take(field).map(i32::from_be_bytes)
    }

    #[inline]
    fn string(&mut self, field: Field) -> Result<&'a [u8], DecodeError> {
        let found = u32::from_be_bytes(self.take(field)?);
        let length = found as usize;
        // A length is compared before anything is added to it.
        if length > MAX_STRING || length.next_multiple_of(4) > self.rest.len() {
            let max = (self.rest.len() & !3).min(MAX_STRING);
            return Err(self.error(4, field, Reason::Length { found, max }));
        }
        let (padded, rest) = self.rest.split_at(length.next_multiple_of(4));
        self.rest = rest;
        Ok(&padded[..length])
    }

    fn count(&mut self) -> Result<u32, DecodeError> {
        let found = self.word(Field::Count)?;
        let max = self.rest.len() / LEAST_PARAMETER;
        match u32::try_from(found) {
            Ok(count) if count as usize <= max => Ok(count),
            _ => Err(self.error(4, Field::Count, Reason::Count { found, max })),
        }
    }

    #[inline]
    fn parameter(&mut self, number: u32) -> Result<Parameter<'a>, DecodeError> {
        let name = self.string(Field::Name(number))?;
        if name.is_empty() {
            return Err(self.error(4, Field::Name(number), Reason::NoName));
        }
        let found = self.word(Field::Type(number))?;
        let field = Field::Value(number);
        let value = match found {
            0 => Value::Text(self.string(field)?),
            2 => Value::I32(self.word(field)?),
            3 => Value::I64(i64::from_be_bytes(self.take(field)?)),
            4 => Value::F32(f32::from_bits(u32::from_be_bytes(self.take(field)?))),
            5 => Value::F64(f64::from_bits(u64::from_be_bytes(self.take(field)?))),
            _ => return Err(self.error(4, Field::Type(number), Reason::Type(found))),
        };
        Ok(Parameter { name, value })
    }

    fn time(&mut self, timed: bool) -> Result<Option<i32>, DecodeError> {
        match self.rest.len() {
            0 => Ok(None),
            4 if timed => self.word(Field::Time).map(Some),
            found => Err(self.error(0, Field::Time, Reason::Rest { found, timed })),
        }
    }
}
