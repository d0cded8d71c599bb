//! What is wrong with the bytes of a stats file: field, offset, expected, found.

use std::error::Error;
use std::fmt;

use super::{Count, SignatureError, VERSION};

/// Where and why bytes are not a stats file, or only partly one.
///
/// Offsets count from the beginning of the file. Messages escape labels and signatures, so they
/// can't control a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// The file is empty.
    Empty,
    /// The first byte is not the known version.
    Version {
        /// The first byte.
        found: u8,
    },
    /// A size, label, signature or write buffer reaches past the end of the file.
    HeaderPastEnd {
        /// Which part it is.
        part: &'static str,
        /// The offset of the part.
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
        /// The offset of the value.
        offset: usize,
        /// How many bytes it should have, both buffers together.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An invalid type signature, so nothing behind it can be found.
    Signature {
        /// The field's label.
        label: String,
        /// The offset of the signature.
        offset: usize,
        /// The signature.
        found: String,
        /// What is wrong with it.
        source: SignatureError,
    },
    /// A write buffer other than 0, 1 or 255.
    WriteBuffer {
        /// The field's label.
        label: String,
        /// The offset of the write buffer.
        offset: usize,
        /// Its value.
        found: u8,
    },
    /// The writer used an extension that readers must know, and this one doesn't.
    UnknownExtension {
        /// The unknown bits.
        bits: u32,
    },
    /// The file was written on a machine with the other byte order.
    ForeignByteOrder,
    /// Recorded values don't belong to the recorded structure.
    WordCount {
        /// How many 64-bit words the structure's values take.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A recorded identity doesn't belong to the recorded structure.
    IdentitySize {
        /// How many bytes the structure has for it; 0 without a trailer.
        expected: usize,
        /// How many there are.
        found: usize,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty file"),
            Self::Version { found } => {
                write!(f, "not a stats file: its first byte is {found}, expected version {VERSION}")
            }
            Self::HeaderPastEnd { part, offset, expected, found } => write!(
                f,
                "cut short at offset {offset}: expected a {part} of {}, found {found}",
                Count(*expected, "byte")
            ),
            Self::ValuePastEnd { label, offset, expected, found } => write!(
                f,
                "cut short at offset {offset}: expected {} for the value of '{label}', found {found}",
                Count(*expected, "byte")
            ),
            Self::Signature { label, offset, found, .. } => write!(
                f,
                "'{label}' has an invalid type signature '{found}' at offset {offset}, so the \
                 fields after it can't be found"
            ),
            Self::WriteBuffer { label, offset, found } => write!(
                f,
                "'{label}' has the write buffer {found} at offset {offset}, expected 0, 1 or 255"
            ),
            Self::UnknownExtension { bits } => {
                write!(f, "needs format extensions that this version doesn't know (bits {bits:#x})")
            }
            Self::ForeignByteOrder => f.write_str("written on a machine of the other byte order"),
            Self::WordCount { expected, found } => {
                write!(f, "its structure has {} of values, found {found}", Count(*expected, "word"))
            }
            Self::IdentitySize { expected, found } => write!(
                f,
                "its structure has {} for the identity, found {found}",
                Count(*expected, "byte")
            ),
        }?;
        write_sources(self, f)
    }
}

impl Error for FormatError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Signature { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Writes an error's source, if the alternate form (`{:#}`) is used.
pub(crate) fn write_sources(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut source = if f.alternate() { error.source() } else { None };
    while let Some(cause) = source {
        write!(f, ": {cause}")?;
        source = cause.source();
    }
    Ok(())
}
