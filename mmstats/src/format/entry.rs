//! An entry of the trailer's index: what a field means.
//!
//! ```text
//!   0  u64  checksum of the bytes behind it
//!   8  u32  offset of the field
//!  12  u32  size of the field, from its label size to the end of its value
//!  16  u8   kind
//!  17  u8   how it adds up
//!  18  u8   flags; bit 0: the last component is a sequence number;
//!           bit 1: a histogram's last doubling counts the values beyond its range
//!  19  u8   reserved, 0
//!  20  u16  size of the unit, then of the help
//!  24  u64  two parameters
//!  40       unit, help, zeros up to a multiple of 8
//!  -8  u32  reserved, 0
//!  -4  u32  size of the entry, stored last; 0: the index ends here
//! ```
//!
//! An entry is found from its end, where its size is; the size is a multiple of 8.

use std::ops::Range;

use super::checksum::checksum;
use super::{
    Aggregate, DeclaredField, IDENTITY_ALIGN, Kind, LaidOutField, cut, load_u16, load_u32, load_u64,
};

const FIELD_OFFSET: usize = 8;
const FIELD_SIZE: usize = FIELD_OFFSET + 4;
const KIND: usize = FIELD_SIZE + 4;
const AGGREGATE: usize = KIND + 1;
const FLAGS: usize = AGGREGATE + 1;
const UNIT_SIZE: usize = FLAGS + 2;
const HELP_SIZE: usize = UNIT_SIZE + 2;
const PARAMETERS: usize = HELP_SIZE + 2;
const TEXTS: usize = PARAMETERS + 16;
/// Reserved and size, at the end of an entry.
const ENTRY_END: usize = 8;
const SMALLEST_ENTRY: usize = TEXTS + ENTRY_END;

const SEQUENCED: u8 = 1;
const OVERFLOW: u8 = 2;

/// One verified entry of the index. Its contents are decoded on demand: readers of many files use
/// few of the entries.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    file: &'a [u8],
    start: usize,
}

impl<'a> Entry<'a> {
    /// The entry in these bytes of a file, if it is whole.
    pub(crate) fn verified(file: &'a [u8], range: Range<usize>) -> Option<Self> {
        let bytes = &file[range.clone()];
        let whole = bytes.len() >= SMALLEST_ENTRY
            && bytes.len().is_multiple_of(IDENTITY_ALIGN)
            && load_u64(bytes, 0)? == checksum(&bytes[FIELD_OFFSET..]);
        if !whole {
            return None;
        }
        let entry = Self { file, start: range.start };
        let (unit_size, help_size) = entry.text_sizes();
        let texts = bytes[TEXTS..bytes.len() - ENTRY_END].get(..unit_size + help_size)?;
        are_texts(texts, unit_size).then_some(entry)
    }

    /// The entry that begins at `start` and was verified before.
    pub(crate) fn at(file: &'a [u8], start: usize) -> Self {
        Self { file, start }
    }

    /// Where it begins in the file.
    pub fn start(&self) -> usize {
        self.start
    }

    /// The offset of the field.
    pub fn field_offset(&self) -> usize {
        load_u32(self.bytes(), FIELD_OFFSET).unwrap_or_default() as usize
    }

    /// The size of the whole field.
    pub fn field_size(&self) -> usize {
        load_u32(self.bytes(), FIELD_SIZE).unwrap_or_default() as usize
    }

    /// `None` if this version doesn't know the kind.
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_code(self.bytes()[KIND])
    }

    /// `None` if this version doesn't know the aggregate.
    pub fn aggregate(&self) -> Option<Aggregate> {
        Aggregate::from_code(self.bytes()[AGGREGATE])
    }

    /// Whether the last component is a sequence number.
    pub fn is_sequenced(&self) -> bool {
        self.bytes()[FLAGS] & SEQUENCED != 0
    }

    /// Whether the last doubling of a histogram is its overflow.
    pub fn has_overflow(&self) -> bool {
        self.bytes()[FLAGS] & OVERFLOW != 0
    }

    /// The kind's own parameters.
    pub fn parameters(&self) -> [u64; 2] {
        [PARAMETERS, PARAMETERS + 8].map(|at| load_u64(self.bytes(), at).unwrap_or_default())
    }

    /// The unit.
    pub fn unit(&self) -> &'a str {
        let (unit_size, _) = self.text_sizes();
        self.text(TEXTS, unit_size)
    }

    /// The help text.
    pub fn help(&self) -> &'a str {
        let (unit_size, help_size) = self.text_sizes();
        self.text(TEXTS + unit_size, help_size)
    }

    /// Offsets count from its start. Its end lies beyond anything read here.
    fn bytes(&self) -> &'a [u8] {
        &self.file[self.start..]
    }

    /// The sizes of the unit, and of the help behind it.
    fn text_sizes(&self) -> (usize, usize) {
        let size_at = |at| load_u16(self.bytes(), at).unwrap_or_default().into();
        (size_at(UNIT_SIZE), size_at(HELP_SIZE))
    }

    /// Valid UTF-8: entries with other bytes aren't whole.
    fn text(&self, at: usize, size: usize) -> &'a str {
        str::from_utf8(&self.bytes()[at..at + size]).unwrap_or_default()
    }

    /// The size of a field's entry.
    pub fn encoded_size(declared: &DeclaredField) -> usize {
        let [unit, help] = texts(declared);
        TEXTS + (unit.len() + help.len()).next_multiple_of(IDENTITY_ALIGN) + ENTRY_END
    }

    /// Appends the complete entry of a field. In a live file, a writer stores the last 4 bytes
    /// last.
    pub fn encode(declared: &DeclaredField, field: &LaidOutField, bytes: &mut Vec<u8>) {
        let [unit, help] = texts(declared);
        let size = Self::encoded_size(declared);
        let flag = |set, bit| if set { bit } else { 0 };
        let mut head = [0; TEXTS];
        let mut put = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
        put(FIELD_OFFSET, &(field.offset as u32).to_ne_bytes());
        put(FIELD_SIZE, &((field.end - field.offset) as u32).to_ne_bytes());
        put(KIND, &[declared.kind.code()]);
        put(AGGREGATE, &[declared.aggregate.code()]);
        put(FLAGS, &[flag(declared.sequenced, SEQUENCED) | flag(declared.overflow, OVERFLOW)]);
        put(UNIT_SIZE, &(unit.len() as u16).to_ne_bytes());
        put(HELP_SIZE, &(help.len() as u16).to_ne_bytes());
        put(PARAMETERS, &declared.parameters[0].to_ne_bytes());
        put(PARAMETERS + 8, &declared.parameters[1].to_ne_bytes());
        let start = bytes.len();
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(unit.as_bytes());
        bytes.extend_from_slice(help.as_bytes());
        bytes.resize(start + size - 4, 0);
        bytes.extend_from_slice(&(size as u32).to_ne_bytes());
        let (sum, rest) = bytes[start..].split_at_mut(FIELD_OFFSET);
        sum.copy_from_slice(&checksum(rest).to_ne_bytes());
    }
}

/// A field's unit and help, as far as their sizes can be stored.
fn texts(declared: &DeclaredField) -> [&str; 2] {
    [&declared.unit, &declared.help].map(|text| cut(text, u16::MAX.into()))
}

/// Whether both sides of `middle` are UTF-8. Nearly all texts are ASCII, which is quicker to check:
/// readers of many files notice.
fn are_texts(bytes: &[u8], middle: usize) -> bool {
    bytes.is_ascii() || str::from_utf8(bytes).is_ok_and(|text| text.is_char_boundary(middle))
}
