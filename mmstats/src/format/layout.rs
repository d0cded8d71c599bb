//! The writer's side of the chain: a field as it is declared, then as it is laid out in the file.

use std::borrow::Cow;
use std::ops::Deref;

use super::{Aggregate, Kind, SIZE_OF_SIZE, Signature, UNBUFFERED};

/// How values are laid out in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// Every value is naturally aligned, averages, timers and texts are struct values, and a
    /// trailer has kinds, units and help. The original's readers can read it, too.
    #[default]
    Aligned,
    /// The original's exact bytes: no padding, no trailer, an average or timer is a single `d`.
    Packed,
}

/// A field as its writer declares it.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "flags of which any may be set")]
#[doc(hidden)]
pub struct DeclaredField {
    /// The whole label, prefix included; 1 to 65,535 bytes.
    pub label: String,
    /// The signature, without the padding that aligns the value.
    pub signature: Cow<'static, str>,
    /// The initial value, of the size that the signature gives.
    pub initial: Initial,
    /// The natural alignment of the value, a power of two.
    pub align: usize,
    /// Two values, one read and one written.
    pub buffered: bool,
    /// The last component is a sequence number, odd while its buffer is being written.
    pub sequenced: bool,
    /// A histogram's last doubling counts the values beyond its range.
    pub overflow: bool,
    pub kind: Kind,
    pub aggregate: Aggregate,
    pub unit: Cow<'static, str>,
    pub help: Cow<'static, str>,
    /// The kind's own parameters: see `spec/FORMAT.md`, "Parameters".
    pub parameters: [u64; 2],
    /// The value stays when the thread that wrote it ends. Not stored in the file.
    pub keep: bool,
}

/// An initial value. A scalar's bytes stand in place: most fields are scalars, and each allocation
/// counts when a file is created.
#[derive(Clone, Debug, PartialEq)]
#[doc(hidden)]
pub enum Initial {
    Scalar { bytes: [u8; 8], size: u8 },
    Bytes(Vec<u8>),
}

impl Initial {
    /// # Panics
    ///
    /// Panics if there are more than 8 bytes.
    pub(crate) fn scalar(value: &[u8]) -> Self {
        let mut bytes = [0; 8];
        bytes[..value.len()].copy_from_slice(value);
        Self::Scalar { bytes, size: value.len() as u8 }
    }
}

impl From<Vec<u8>> for Initial {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl Deref for Initial {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Scalar { bytes, size } => &bytes[..usize::from(*size)],
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// A declared field at its offsets in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct LaidOutField {
    pub offset: usize,
    /// The number of spaces in front of the signature.
    pub padding: usize,
    pub write_buffer: usize,
    /// The size of one value.
    pub size: usize,
    pub end: usize,
}

impl LaidOutField {
    /// Lays out a field that begins at `offset`.
    ///
    /// In the aligned layout, spaces in front of the signature align the value and put the next
    /// field's label size on an even offset, so that one store can write this size.
    pub(crate) fn new(declared: &DeclaredField, offset: usize, layout: Layout) -> Self {
        let size = declared.initial.len();
        debug_assert_eq!(
            Signature::parse(declared.signature.as_bytes()).map(|parsed| parsed.size()),
            Ok(size),
            "the initial value of {} is as long as its signature says",
            declared.label
        );
        let unpadded = offset
            + SIZE_OF_SIZE
            + declared.label.len()
            + SIZE_OF_SIZE
            + declared.signature.len()
            + 1;
        let total = if declared.buffered { 2 * size } else { size };
        let padding = match layout {
            Layout::Packed => 0,
            Layout::Aligned => {
                // A power of two: the bits below it are the remainder.
                let aligning = unpadded.wrapping_neg() & (declared.align - 1);
                let is_odd = (unpadded + aligning + total) % 2 == 1;
                // Only values of odd alignment, bytes, can have an odd end.
                aligning + usize::from(is_odd)
            }
        };
        let value = unpadded + padding;
        Self { offset, padding, write_buffer: value - 1, size, end: value + total }
    }

    /// Appends the field without its label size: a field that is added to a live file becomes
    /// visible when that size is stored, last.
    pub(crate) fn encode_after_size(&self, declared: &DeclaredField, bytes: &mut Vec<u8>) {
        let initial: &[u8] = &declared.initial;
        bytes.extend_from_slice(declared.label.as_bytes());
        let signature_size = self.padding + declared.signature.len();
        bytes.extend_from_slice(&(signature_size as u16).to_ne_bytes());
        bytes.resize(bytes.len() + self.padding, b' ');
        bytes.extend_from_slice(declared.signature.as_bytes());
        if declared.buffered {
            bytes.push(0);
            bytes.extend_from_slice(initial);
        } else {
            bytes.push(UNBUFFERED);
        }
        bytes.extend_from_slice(initial);
    }
}

impl DeclaredField {
    /// A field without a label, with the kind's default aggregate and a single value.
    pub(crate) fn new(
        kind: Kind,
        signature: impl Into<Cow<'static, str>>,
        initial: impl Into<Initial>,
        align: usize,
    ) -> Self {
        Self {
            label: String::new(),
            signature: signature.into(),
            initial: initial.into(),
            align,
            buffered: false,
            sequenced: false,
            overflow: false,
            kind,
            aggregate: Aggregate::default_for(kind),
            unit: "".into(),
            help: "".into(),
            parameters: [0; 2],
            keep: false,
        }
    }
}

#[cfg(test)]
impl DeclaredField {
    /// A buffered field of zeros without unit, help or parameters, for tests to modify.
    pub(crate) fn zeroed(label: &str, signature: impl Into<Cow<'static, str>>, kind: Kind) -> Self {
        let signature = signature.into();
        let size = Signature::parse(signature.as_bytes()).unwrap().size();
        let align = if size.is_multiple_of(8) { 8 } else { 1 };
        Self {
            label: label.into(),
            buffered: true,
            ..Self::new(kind, signature, vec![0; size], align)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligned_values_and_even_label_sizes() {
        let mut offset = 1;
        for length in 1..40 {
            for (signature, buffered) in [("Q", true), ("?", false), ("3s", false), ("ddQ", true)] {
                let declared = DeclaredField {
                    buffered,
                    ..DeclaredField::zeroed(&"x".repeat(length), signature, Kind::Gauge)
                };
                let field = LaidOutField::new(&declared, offset, Layout::Aligned);
                assert!((field.write_buffer + 1).is_multiple_of(declared.align));
                assert!(field.end.is_multiple_of(2));
                let mut bytes = Vec::new();
                field.encode_after_size(&declared, &mut bytes);
                assert_eq!(bytes.len(), field.end - offset - SIZE_OF_SIZE);
                offset = field.end;
            }
        }
    }

    #[test]
    fn packed_is_the_original_s() {
        let declared = DeclaredField::zeroed("hits", "Q", Kind::Gauge);
        let field = LaidOutField::new(&declared, 1, Layout::Packed);
        assert_eq!((field.padding, field.write_buffer, field.end), (0, 10, 27));
        let mut bytes = Vec::new();
        field.encode_after_size(&declared, &mut bytes);
        assert_eq!(&bytes[..8], b"hits\x01\0Q\0");
    }
}
