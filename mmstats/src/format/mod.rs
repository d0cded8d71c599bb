//! The bytes of a stats file: type signatures, fields, the trailer.
//!
//! Pure computation over byte slices, without I/O and without unsafe code. The normative text
//! is `spec/FORMAT.md`; names and offsets here are the same as there.

mod buckets;
mod chain;
mod checksum;
mod definition;
mod entry;
mod error;
#[cfg(all(test, target_endian = "little", target_pointer_width = "64"))]
mod example;
mod identity;
mod image;
mod kind;
mod load;
mod signature;
mod text;
mod trailer;

pub(crate) use buckets::Buckets;
pub(crate) use chain::{Chain, RawField};
pub(crate) use definition::{Definition, Placement};
pub(crate) use entry::Entry;
pub(crate) use identity::IDENTITY_ALIGN;
pub(crate) use image::{Addition, Image, Room};
pub(crate) use load::{load_u16, load_u32, load_u64};
pub(crate) use text::{cut, lossy, until_nul};
pub(crate) use trailer::Trailer;
#[cfg(test)]
pub(crate) use trailer::encode_footer;

pub use definition::Layout;
pub use error::FormatError;
pub use identity::Identity;
pub use kind::{Aggregate, Kind};
pub use signature::{ByteOrder, Component, Signature, SignatureError};

/// The version byte, the first of every stats file.
pub(crate) const VERSION: u8 = 1;

/// Where the first field begins: after the version byte.
pub(crate) const FIRST_FIELD: usize = 1;

/// The write buffer of a field that has one value instead of two.
pub(crate) const UNBUFFERED: u8 = 0xff;

/// The size of a size: labels and signatures are preceded by a `u16`.
pub(crate) const SIZE_OF_SIZE: usize = 2;
