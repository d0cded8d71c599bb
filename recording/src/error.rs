//! Damaged bytes.

use std::fmt;

/// A place in a blob with something that no writer writes.
///
/// The store that has the blob adds file, table and row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobError {
    offset: usize,
    field: &'static str,
    found: Option<u64>,
    expected: Expected,
}

/// What could have stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    AtMost(u64),
    AtLeast(u64),
    Exactly(u64),
    /// That many more bytes.
    Bytes(u64),
    Varint,
    /// A checksum.
    Checksum(u64),
    /// Anything but a word that is in the block already.
    AnotherWord,
}

impl BlobError {
    pub(crate) fn new(offset: usize, field: &'static str, found: u64, expected: Expected) -> Self {
        Self { offset, field, found: Some(found), expected }
    }

    /// Where a number should begin that is incomplete, or above 2^64 − 1.
    pub(crate) fn no_varint(offset: usize, field: &'static str) -> Self {
        Self { offset, field, found: None, expected: Expected::Varint }
    }

    /// Where the field is, counted from the beginning of the bytes that were decoded.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The field, as `spec/RECORDING.md` names it.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The error of bytes that begin at `offset` of something larger, such as a row's content.
    #[must_use]
    pub fn shifted(mut self, offset: usize) -> Self {
        self.offset = self.offset.saturating_add(offset);
        self
    }
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offset {}: {}", self.offset, self.field)?;
        match (self.found, self.expected) {
            (Some(found), Expected::Checksum(_)) => write!(f, " is {found:016x}")?,
            (Some(found), Expected::Bytes(_)) => write!(f, ": {found} bytes are left")?,
            (Some(found), _) => write!(f, " is {found}")?,
            (None, _) => f.write_str(" is cut short or too large")?,
        }
        f.write_str(", expected ")?;
        match self.expected {
            Expected::AtMost(most) => write!(f, "at most {most}"),
            Expected::AtLeast(least) => write!(f, "at least {least}"),
            Expected::Exactly(number) => write!(f, "{number}"),
            Expected::Bytes(count) => write!(f, "{count}"),
            Expected::Varint => f.write_str("a number of at most 10 bytes, below 2^64"),
            Expected::Checksum(sum) => write!(f, "{sum:016x}"),
            Expected::AnotherWord => f.write_str("a word without a column"),
        }
    }
}

impl std::error::Error for BlobError {}
