//! Reading numbers from bytes that may be anything.

use crate::error::{BlobError, Expected};
use mmstats_sqlite::varint;

/// What is left of some bytes.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Where `rest` begins in the bytes of which offsets are counted.
    offset: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    pub fn offset(&self) -> usize {
        self.offset
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn u8(&mut self, field: &'static str) -> Result<u8, BlobError> {
        self.take(1, field).map(|bytes| bytes[0])
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize, field: &'static str) -> Result<&'a [u8], BlobError> {
        let left = self.rest.len() as u64;
        let error = BlobError::new(self.offset, field, left, Expected::Bytes(count as u64));
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(error)?;
        (self.rest, self.offset) = (rest, self.offset + count);
        Ok(bytes)
    }

    /// The next `count` bytes, with the offsets that they have here.
    pub fn part(&mut self, count: usize, field: &'static str) -> Result<Self, BlobError> {
        let offset = self.offset;
        self.take(count, field).map(|rest| Self { rest, offset })
    }

    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], BlobError> {
        let bytes = self.take(N, field)?;
        Ok(*bytes.first_chunk().expect("as many bytes were taken"))
    }

    pub fn varint(&mut self, field: &'static str) -> Result<u64, BlobError> {
        let mut rest = self.rest;
        let number = varint::take(&mut rest);
        let number = number.ok_or(BlobError::no_varint(self.offset, field))?;
        self.offset += self.rest.len() - rest.len();
        self.rest = rest;
        Ok(number)
    }

    pub fn signed(&mut self, field: &'static str) -> Result<i64, BlobError> {
        self.varint(field).map(varint::signed)
    }

    /// A number that is at most `most`.
    pub fn at_most(&mut self, most: u64, field: &'static str) -> Result<u64, BlobError> {
        let offset = self.offset;
        let number = self.varint(field)?;
        if number > most {
            return Err(BlobError::new(offset, field, number, Expected::AtMost(most)));
        }
        Ok(number)
    }

    /// How many parts follow, of which each takes at least `size` bytes.
    pub fn count(&mut self, size: usize, field: &'static str) -> Result<usize, BlobError> {
        let offset = self.offset;
        let count = self.varint(field)?;
        let most = (self.rest.len() / size) as u64;
        if count > most {
            return Err(BlobError::new(offset, field, count, Expected::AtMost(most)));
        }
        Ok(count as usize)
    }

    /// Nothing may be left.
    pub fn end(&self, field: &'static str) -> Result<(), BlobError> {
        if self.is_empty() {
            return Ok(());
        }
        let left = self.rest.len() as u64;
        Err(BlobError::new(self.offset, field, left, Expected::Bytes(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_offset_field_found_and_expected() {
        let mut reader = Reader::new(&[1, 9, 0x80]);
        assert_eq!(reader.u8("first"), Ok(1));
        let message = |error: BlobError| error.to_string();
        let error = reader.clone().at_most(8, "word").unwrap_err();
        assert_eq!((error.offset(), error.field()), (1, "word"));
        assert_eq!(message(error), "offset 1: word is 9, expected at most 8");
        let error = reader.clone().count(1, "columns").unwrap_err();
        assert_eq!(message(error), "offset 1: columns is 9, expected at most 1");
        let error = reader.take(3, "bits").unwrap_err();
        assert_eq!(message(error), "offset 1: bits: 2 bytes are left, expected 3");
        assert_eq!(reader.varint("gap"), Ok(9));
        let error = reader.varint("gap").unwrap_err();
        assert_eq!(
            message(error.shifted(10)),
            "offset 12: gap is cut short or too large, expected a number of at most 10 bytes, below 2^64"
        );
        let error = reader.end("column").unwrap_err();
        assert_eq!(message(error), "offset 2: column: 1 bytes are left, expected 0");
    }
}
