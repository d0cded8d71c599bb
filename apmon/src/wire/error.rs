//! Why bytes are no packet.

use std::fmt;

/// A field of a packet. Parameters are numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are those of the table of the format")]
pub enum Field {
    Header,
    Instance,
    Sequence,
    Cluster,
    Node,
    Count,
    Name(u32),
    Type(u32),
    Value(u32),
    /// What follows the last parameter.
    Time,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("header"),
            Self::Instance => f.write_str("instance"),
            Self::Sequence => f.write_str("sequence number"),
            Self::Cluster => f.write_str("cluster"),
            Self::Node => f.write_str("node"),
            Self::Count => f.write_str("number of parameters"),
            Self::Name(number) => write!(f, "name of parameter {number}"),
            Self::Type(number) => write!(f, "type of parameter {number}"),
            Self::Value(number) => write!(f, "value of parameter {number}"),
            Self::Time => f.write_str("time"),
        }
    }
}

/// Where bytes stop being a packet, what was found there and what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pub(super) offset: usize,
    pub(super) field: Field,
    pub(super) reason: Reason,
}

/// What was found and what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The packet ends within a number.
    Cut { left: usize, expected: usize },
    /// A string's length.
    Length { found: u32, max: usize },
    /// The number of parameters.
    Count { found: i32, max: usize },
    /// The number of a type.
    Type(i32),
    /// A parameter without a name.
    NoName,
    /// Bytes that are no time.
    Rest { found: usize, timed: bool },
}

impl DecodeError {
    /// The offset in bytes of the field.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The field that is wrong.
    pub fn field(&self) -> Field {
        self.field
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, field, reason } = self;
        write!(f, "{field} at byte {offset}: ")?;
        match reason {
            Reason::Cut { left, expected } => write!(f, "found {left} bytes, expected {expected}"),
            Reason::Length { found, max } => {
                write!(f, "found a length of {found} bytes, expected at most {max}")
            }
            Reason::Count { found, max } => write!(f, "found {found}, expected 0 to {max}"),
            Reason::Type(found) => write!(f, "found {found}, expected 0, 2, 3, 4 or 5"),
            Reason::NoName => f.write_str("found an empty one, expected at least a byte"),
            Reason::Rest { found, timed: true } => {
                write!(f, "found {found} bytes, expected 0 or 4")
            }
            Reason::Rest { found, timed: false } => write!(f, "found {found} bytes, expected none"),
        }
    }
}

impl std::error::Error for DecodeError {}
