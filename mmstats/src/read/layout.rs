//! The layout of a field in its file, for debugging writers.

use std::borrow::Cow;

/// The offsets of a stat's field in its file, and its bytes.
///
/// Values that take several stores are as in [`Stat::value`](crate::Stat::value): the read buffer
/// is of one update, the other may be half written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldLayout<'a> {
    /// The offset of the field in the file, in bytes.
    pub offset: usize,
    /// The size of the whole field in bytes: label, signature, write buffer and values.
    pub size: usize,
    /// The type signature with its padding.
    pub signature: Cow<'a, str>,
    /// The offset of the write buffer byte.
    pub write_buffer_offset: usize,
    /// 0 or 1: the buffer that is written; the other one is read. 255: there is only one.
    pub write_buffer: u8,
    /// The buffers, one or two, with their offsets in the file.
    pub buffers: Vec<(usize, &'a [u8])>,
}
