//! The bytes of a stats file: type signatures, fields, the trailer.
//!
//! Pure computation over byte slices, without I/O and without unsafe code. The normative text
//! is `spec/FORMAT.md`; names and offsets here are the same as there.

mod buckets;
mod chain;
mod checksum;
mod count;
mod entry;
mod error;
mod identity;
pub(crate) mod integer;
mod kind;
mod layout;
mod load;
mod new_file;
mod series;
mod signature;
#[cfg(all(test, target_endian = "little", target_pointer_width = "64"))]
mod tests;
mod text;
mod trailer;

pub(crate) use buckets::Buckets;
pub(crate) use count::Count;
pub(crate) use error::write_sources;
pub(crate) use load::load_u64;
pub(crate) use new_file::{Addition, FreeSpace, NewFile, NoFreeSpace};
pub(crate) use text::{cut, lossy, until_nul};
#[cfg(test)]
pub(crate) use trailer::encode_footer;
pub(crate) use trailer::replace_identity;

pub use chain::{Chain, RawField};
pub use checksum::{checksum, checksum_step};
pub use entry::Entry;
pub use error::FormatError;
pub use identity::{IDENTITY_ALIGN, Identity};
pub use kind::{Aggregate, Kind};
pub use layout::{DeclaredField, Initial, LaidOutField, Layout};
pub use load::{load_u16, load_u32};
pub(crate) use series::OVERFLOW;
pub use series::Series;
pub use signature::{ByteOrder, Component, Signature, SignatureError};
pub use trailer::Trailer;

/// The version byte, the first of every stats file.
pub const VERSION: u8 = 1;

/// Where the first field begins: after the version byte.
pub(crate) const FIRST_FIELD: usize = 1;

/// The write buffer byte of a field that has one value instead of two.
pub const UNBUFFERED: u8 = 0xff;

/// The size of a size: labels and signatures are preceded by a `u16`.
pub const SIZE_OF_SIZE: usize = 2;
