//! A field as it stands in the file, for people who debug writers.

use std::borrow::Cow;

/// Where a stat's field stands in its file, and its bytes.
///
/// Values that several stores change are as in [`Stat::value`](crate::Stat::value): the buffer
/// that is read is of one update, the other one is whatever its writer was doing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldLayout<'a> {
    /// Where the field begins, in bytes from the beginning of the file.
    pub offset: usize,
    /// The size of the whole field in bytes: label, signature, write buffer and values.
    pub size: usize,
    /// The type signature with its padding.
    pub signature: Cow<'a, str>,
    /// Where the write buffer stands.
    pub write_buffer_offset: usize,
    /// 0 or 1: which of the two buffers is written, the other one is read. 255: there is one.
    pub write_buffer: u8,
    /// The buffers, one or two, with their offsets in the file.
    pub buffers: Vec<(usize, &'a [u8])>,
}
