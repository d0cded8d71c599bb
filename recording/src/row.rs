//! Several writers' parts in one blob, such as their blocks.

use crate::error::{BlobError, Expected};
use crate::reader::Reader;
use crate::seal::seal;
use mmstats_sqlite::varint;

/// A writer's part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The writer's number.
    pub writer: u32,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Where they begin in the row's content, for [`BlobError::shifted`].
    pub offset: usize,
}

/// Appends writers' parts to a row, in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub struct RowWriter {
    content: Vec<u8>,
    next: u64,
}

impl RowWriter {
    /// How many bytes the row has by now.
    pub fn size(&self) -> usize {
        self.content.len()
    }

    /// Appends a writer's part.
    ///
    /// # Panics
    ///
    /// If the writer isn't above all before.
    pub fn push(&mut self, writer: u32, part: &[u8]) {
        let gap = u64::from(writer).checked_sub(self.next).expect("writers ascend");
        self.next = u64::from(writer) + 1;
        varint::put(&mut self.content, gap);
        varint::put(&mut self.content, part.len() as u64);
        self.content.extend(part);
    }

    /// The row with its checksum; empties what is here.
    pub fn take(&mut self) -> Vec<u8> {
        self.next = 0;
        let mut row = std::mem::take(&mut self.content);
        seal(&mut row);
        row
    }
}

/// The parts of a row whose checksum was removed by [`crate::unseal`], by writer.
///
/// Parts are skipped by their sizes, so finding a writer decodes no other one. After an error
/// nothing more comes.
///
/// # Errors
///
/// If a part is cut short, or its writer's number above `u32::MAX`.
pub fn row_parts(content: &[u8]) -> impl Iterator<Item = Result<Part<'_>, BlobError>> {
    let (mut reader, mut next) = (Some(Reader::new(content)), 0);
    std::iter::from_fn(move || {
        let mut from = reader.take().filter(|reader| !reader.is_empty())?;
        let part = part(&mut from, &mut next);
        reader = part.is_ok().then_some(from);
        Some(part)
    })
}

fn part<'a>(from: &mut Reader<'a>, next: &mut u64) -> Result<Part<'a>, BlobError> {
    let offset = from.offset();
    let number = next.saturating_add(from.varint("writer gap")?);
    let most = u64::from(u32::MAX);
    let writer = u32::try_from(number);
    let writer =
        writer.map_err(|_| BlobError::new(offset, "writer", number, Expected::AtMost(most)))?;
    *next = number + 1;
    let size = from.count(1, "size of the part")?;
    let offset = from.offset();
    Ok(Part { writer, bytes: from.take(size, "part")?, offset })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::unseal;

    #[test]
    fn parts_come_back_by_writer() {
        let mut row = RowWriter::default();
        row.push(3, b"abc");
        row.push(4, b"");
        row.push(u32::MAX, b"x");
        assert_eq!(row.size(), 5 + 2 + 7);
        let row = row.take();
        let content = unseal(&row).unwrap();
        let parts: Vec<_> = row_parts(content).map(Result::unwrap).collect();
        let found: Vec<_> = parts.iter().map(|part| (part.writer, part.bytes)).collect();
        assert_eq!(found, [(3, &b"abc"[..]), (4, b""), (u32::MAX, b"x")]);
        assert_eq!(&content[parts[2].offset..], b"x");
        let mut beyond = content.to_vec();
        beyond.extend([0, 0]);
        let error = row_parts(&beyond).last().unwrap().unwrap_err();
        assert_eq!((error.offset(), error.field()), (content.len(), "writer"));
        let cut: Result<Vec<_>, _> = row_parts(&content[..content.len() - 1]).collect();
        let message = "offset 12: size of the part is 1, expected at most 0";
        assert_eq!(cut.unwrap_err().to_string(), message);
    }
}
