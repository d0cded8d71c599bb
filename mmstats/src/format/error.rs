//! What is wrong with the bytes of a stats file: field, offset, found, expected.

use std::fmt;

use super::{SignatureError, VERSION};

/// Where and why bytes are not a stats file, or not to their end.
///
/// Offsets count from the beginning of the file. Labels and signatures are escaped where they
/// are shown, so a message never drives a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// There is not a single byte.
    Empty,
    /// The first byte is not the version that is known here.
    Version {
        /// The first byte.
        found: u8,
    },
    /// A size, label, signature or write buffer reaches past the end of the file.
    HeaderPastEnd {
        /// Which part it is.
        part: &'static str,
        /// Where the part begins.
        offset: usize,
        /// How many bytes it should have.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A field's value reaches past the end of the file.
    ValuePastEnd {
        /// The field's label.
        label: String,
        /// Where the value begins.
        offset: usize,
        /// How many bytes it should have, both buffers together.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A type signature that isn't one, so nothing behind it can be found.
    Signature {
        /// The field's label.
        label: String,
        /// Where the signature begins.
        offset: usize,
        /// The signature.
        found: String,
        /// What is wrong with it.
        reason: SignatureError,
    },
    /// A write buffer that is neither 0, 1 nor 255.
    WriteBuffer {
        /// The field's label.
        label: String,
        /// Where the write buffer stands.
        offset: usize,
        /// Its value.
        found: u8,
    },
    /// The writer used an extension that a reader must know and this one doesn't.
    UnknownExtension {
        /// The unknown bits.
        bits: u32,
    },
    /// The file was written on a machine of the other byte order.
    ForeignByteOrder,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty file"),
            Self::Version { found } => write!(
                f,
                "not a stats file: its first byte is {found}, version {VERSION} was expected"
            ),
            Self::HeaderPastEnd { part, offset, expected, found } => write!(
                f,
                "cut short at offset {offset}: a {part} of {expected} {} was expected, {found} are there",
                if *expected == 1 { "byte" } else { "bytes" }
            ),
            Self::ValuePastEnd { label, offset, expected, found } => write!(
                f,
                "cut short at offset {offset}: the value of '{label}' takes {expected} bytes, {found} are there"
            ),
            Self::Signature { label, offset, found, reason } => write!(
                f,
                "'{label}' has an unknown type signature '{found}' at offset {offset} ({reason}); \
                 what follows can't be found"
            ),
            Self::WriteBuffer { label, offset, found } => write!(
                f,
                "'{label}' has the write buffer {found} at offset {offset}, 0, 1 or 255 was expected"
            ),
            Self::UnknownExtension { bits } => {
                write!(f, "needs format extensions that this version doesn't know (bits {bits:#x})")
            }
            Self::ForeignByteOrder => f.write_str("written on a machine of the other byte order"),
        }
    }
}

impl std::error::Error for FormatError {}
