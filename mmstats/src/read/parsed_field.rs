//! The fields of a file, in a few bytes each: a hostile file may have a field for every 6 of its
//! bytes.

use std::num::NonZeroU32;
use std::ops::Range;

use crate::format::{Entry, RawField, SIZE_OF_SIZE, UNBUFFERED};

/// One field of a copy. Offsets count from the beginning of the file, which is smaller than
/// 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ParsedField {
    label: u32,
    label_size: u16,
    signature_size: u16,
    /// The size of one value.
    size: u32,
    pub buffered: bool,
    /// Whether the signature could be read.
    pub known: bool,
    /// The code of a signature of a single component.
    pub single: Option<u8>,
    /// The last component is a sequence number.
    pub sequenced: bool,
    /// Where its index entry begins; `None` in a file without a trailer.
    entry: Option<NonZeroU32>,
}

impl ParsedField {
    pub(super) fn of(raw: &RawField) -> Self {
        Self {
            label: raw.label.start as u32,
            label_size: raw.label.len() as u16,
            signature_size: raw.signature.len() as u16,
            size: raw.size as u32,
            buffered: raw.is_buffered(),
            known: raw.known,
            single: raw.single,
            sequenced: false,
            entry: None,
        }
    }

    pub(super) fn offset(&self) -> usize {
        self.label as usize - SIZE_OF_SIZE
    }

    fn signature_at(&self) -> usize {
        self.label as usize + usize::from(self.label_size) + SIZE_OF_SIZE
    }

    pub(super) fn write_buffer_at(&self) -> usize {
        self.signature_at() + usize::from(self.signature_size)
    }

    /// Where the first (or only) value begins.
    pub(super) fn value_at(&self) -> usize {
        self.write_buffer_at() + 1
    }

    /// Takes what the index says about it.
    pub(super) fn set_entry(&mut self, entry: &Entry<'_>, bytes: &[u8]) {
        self.sequenced = entry.is_sequenced() && self.can_be_sequenced(bytes);
        self.entry = NonZeroU32::new(entry.start() as u32);
    }

    /// What the index says about it.
    pub(super) fn entry<'a>(&self, bytes: &'a [u8]) -> Option<Entry<'a>> {
        self.entry.map(|start| Entry::at(bytes, start.get() as usize))
    }

    /// Where its index entry begins.
    pub(super) fn entry_at(&self) -> Option<usize> {
        self.entry.map(|start| start.get() as usize)
    }

    /// The size of one value.
    pub(super) fn size(&self) -> usize {
        self.size as usize
    }

    /// Where the next field begins.
    pub(super) fn end(&self) -> usize {
        self.value_at() + self.size() * if self.buffered { 2 } else { 1 }
    }

    pub(super) fn label<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let start = self.label as usize;
        &bytes[start..start + usize::from(self.label_size)]
    }

    /// The signature with its padding.
    pub(super) fn signature<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.signature_at()..self.write_buffer_at()]
    }

    /// The offset of the value that readers take: the one that `write_buffer` doesn't name.
    pub(super) fn read_value_at(&self, write_buffer: u8) -> usize {
        if self.buffered && write_buffer == 0 {
            self.value_at() + self.size()
        } else {
            self.value_at()
        }
    }

    pub(super) fn value<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let start = self.read_value_at(bytes[self.write_buffer_at()]);
        &bytes[start..start + self.size()]
    }

    /// The size of one value without its sequence number.
    pub(super) fn shown_size(&self) -> usize {
        self.size() - if self.sequenced { size_of::<u64>() } else { 0 }
    }

    /// Where the value is without its sequence number.
    pub(super) fn shown_range(&self, bytes: &[u8]) -> Range<usize> {
        let start = self.read_value_at(bytes[self.write_buffer_at()]);
        start..start + self.shown_size()
    }

    /// The value without its sequence number.
    pub(super) fn shown_value<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.shown_range(bytes)]
    }

    /// Whether this byte in place of the write buffer leaves the field as it is.
    pub(super) fn accepts_write_buffer(&self, write_buffer: u8) -> bool {
        if self.buffered { write_buffer <= 1 } else { write_buffer == UNBUFFERED }
    }

    /// Whether one copy may have parts of several updates.
    ///
    /// An aligned value of up to 8 bytes is copied whole; without an index entry, its writer may
    /// not store it at once.
    pub(super) fn takes_several_copies(&self) -> bool {
        let is_word = self.size.is_power_of_two()
            && self.size() <= size_of::<u64>()
            && self.value_at().is_multiple_of(self.size());
        self.buffered && (self.sequenced || self.entry.is_none() || !is_word)
    }

    /// Whether there is a usable sequence number: two buffers of something with a `Q` behind it.
    fn can_be_sequenced(&self, bytes: &[u8]) -> bool {
        self.known
            && self.buffered
            && self.size() > size_of::<u64>()
            && self.signature(bytes).strip_suffix(b"Q").is_some_and(|items| !ends_with_zero(items))
    }
}

/// Whether the repeat count at the end is 0: `0Q` is nothing but padding.
fn ends_with_zero(items: &[u8]) -> bool {
    let digits = items.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let (all, zeros) =
        digits.fold((0, 0), |(all, zeros), &digit| (all + 1, zeros + usize::from(digit == b'0')));
    all > 0 && all == zeros
}
