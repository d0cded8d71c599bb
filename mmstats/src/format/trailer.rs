//! The trailer: what a stats file says beyond the original's format, at its end.
//!
//! ```text
//!  fields …  terminator  (free)  entry n … entry 1  entry 0  identity  footer
//!  ------------------>           <---------------------------------------------
//! ```
//!
//! The footer, the last 64 bytes of the file:
//!
//! ```text
//!   0  8s   magic, "mmstats" and 0x1a
//!   8  u32  byte-order mark, 0x01020304
//!  12  u16  version of the trailer, 1
//!  14  u16  size of the footer, 64
//!  16  u32  incompatible extensions: a reader refuses what it doesn't know
//!  20  u32  compatible extensions: a reader ignores what it doesn't know
//!  24  u32  offset of the identity
//!  28  u32  size of the identity
//!  32  u64  checksum of the identity
//!  40  16s  reserved, 0
//!  56  u64  checksum of the bytes before
//! ```

use std::ops::Range;

use super::checksum::checksum;
use super::{Entry, FormatError, IDENTITY_ALIGN, Identity, load_u16, load_u32, load_u64};

const MAGIC: [u8; 8] = *b"mmstats\x1a";
const BYTE_ORDER_MARK: u32 = 0x0102_0304;
const TRAILER_VERSION: u16 = 1;

const MARK: usize = MAGIC.len();
const TRAILER_VERSION_AT: usize = MARK + 4;
const FOOTER_SIZE_AT: usize = TRAILER_VERSION_AT + 2;
const INCOMPATIBLE: usize = FOOTER_SIZE_AT + 2;
const COMPATIBLE: usize = INCOMPATIBLE + 4;
const IDENTITY_OFFSET: usize = COMPATIBLE + 4;
const IDENTITY_SIZE: usize = IDENTITY_OFFSET + 4;
const IDENTITY_CHECKSUM: usize = IDENTITY_SIZE + 4;
const FOOTER_RESERVED: usize = IDENTITY_CHECKSUM + 8;
const FOOTER_CHECKSUM: usize = FOOTER_RESERVED + 16;
pub(crate) const FOOTER_SIZE: usize = FOOTER_CHECKSUM + 8;

/// The verified trailer of a file: its identity and its index.
#[derive(Clone, Debug)]
pub struct Trailer<'a> {
    bytes: &'a [u8],
    identity: usize,
    identity_size: usize,
    chain_end: usize,
}

impl<'a> Trailer<'a> {
    /// The trailer of `bytes`, if there is one and all of it is after `chain_end`.
    ///
    /// # Errors
    ///
    /// Returns an error if a footer says that this reader can't read the file.
    pub fn find(bytes: &'a [u8], chain_end: usize) -> Result<Option<Self>, FormatError> {
        Self::find_in_tail(bytes, 0, chain_end)
    }

    /// The same for bytes of a file that begin at offset `origin`, a multiple of 8.
    pub(crate) fn find_in_tail(
        bytes: &'a [u8],
        origin: usize,
        chain_end: usize,
    ) -> Result<Option<Self>, FormatError> {
        let chain_end = chain_end.saturating_sub(origin);
        let Some(start) = bytes.len().checked_sub(FOOTER_SIZE) else {
            return Ok(None);
        };
        let footer = &bytes[start..];
        if start < chain_end || footer[..MARK] != MAGIC {
            return Ok(None);
        }
        Self::verified(bytes, footer, start, origin, chain_end)
    }

    fn verified(
        bytes: &'a [u8],
        footer: &[u8],
        start: usize,
        origin: usize,
        chain_end: usize,
    ) -> Result<Option<Self>, FormatError> {
        let u32_at = |at| load_u32(footer, at).unwrap_or(0);
        if u32_at(MARK) == BYTE_ORDER_MARK.swap_bytes() {
            return Err(FormatError::ForeignByteOrder);
        }
        let sound = u32_at(MARK) == BYTE_ORDER_MARK
            && load_u16(footer, TRAILER_VERSION_AT) == Some(TRAILER_VERSION)
            && load_u16(footer, FOOTER_SIZE_AT) == Some(FOOTER_SIZE as u16)
            && load_u64(footer, FOOTER_CHECKSUM) == Some(checksum(&footer[..FOOTER_CHECKSUM]));
        if !sound {
            return Ok(None);
        }
        if u32_at(INCOMPATIBLE) != 0 {
            return Err(FormatError::UnknownExtension { bits: u32_at(INCOMPATIBLE) });
        }
        let Some(identity) = (u32_at(IDENTITY_OFFSET) as usize).checked_sub(origin) else {
            return Ok(None);
        };
        let identity_size = u32_at(IDENTITY_SIZE) as usize;
        let fits = identity >= chain_end
            && identity.is_multiple_of(IDENTITY_ALIGN)
            && identity_size.is_multiple_of(IDENTITY_ALIGN)
            && identity.checked_add(identity_size).is_some_and(|end| end <= start);
        let whole = fits
            && load_u64(footer, IDENTITY_CHECKSUM)
                == Some(checksum(&bytes[identity..identity + identity_size]));
        Ok(whole.then_some(Self { bytes, identity, identity_size, chain_end }))
    }

    /// The identity.
    pub fn identity(&self) -> Option<Identity> {
        Identity::decode(&self.bytes[self.identity_range()])
    }

    /// The range of the identity.
    pub(crate) fn identity_range(&self) -> Range<usize> {
        self.identity..self.identity + self.identity_size
    }

    /// The entries, in the order of their fields, up to the first that isn't whole.
    ///
    /// A writer adds entries while readers read, so the last may be missing a part in a copy.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let (bytes, chain_end) = (self.bytes, self.chain_end);
        let mut end = self.identity;
        std::iter::from_fn(move || {
            let size = load_u32(bytes, end.checked_sub(4)?)? as usize;
            let start = end.checked_sub(size).filter(|&start| start >= chain_end)?;
            let entry = Entry::verified(bytes, start..end)?;
            end = start;
            Some(entry)
        })
    }
}

/// Puts another identity of the same size into a file with a whole trailer; `range` is that of the
/// old one.
pub(crate) fn replace_identity(file: &mut [u8], range: Range<usize>, identity: &[u8]) {
    file[range].copy_from_slice(identity);
    let start = file.len() - FOOTER_SIZE;
    let footer = &mut file[start..];
    footer[IDENTITY_CHECKSUM..FOOTER_RESERVED].copy_from_slice(&checksum(identity).to_ne_bytes());
    let sum = checksum(&footer[..FOOTER_CHECKSUM]);
    footer[FOOTER_CHECKSUM..].copy_from_slice(&sum.to_ne_bytes());
}

/// A footer for the identity at `offset`.
pub(crate) fn encode_footer(identity: &[u8], offset: usize) -> [u8; FOOTER_SIZE] {
    let mut footer = [0; FOOTER_SIZE];
    let mut put = |at: usize, bytes: &[u8]| footer[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &MAGIC);
    put(MARK, &BYTE_ORDER_MARK.to_ne_bytes());
    put(TRAILER_VERSION_AT, &TRAILER_VERSION.to_ne_bytes());
    put(FOOTER_SIZE_AT, &(FOOTER_SIZE as u16).to_ne_bytes());
    put(IDENTITY_OFFSET, &(offset as u32).to_ne_bytes());
    put(IDENTITY_SIZE, &(identity.len() as u32).to_ne_bytes());
    put(IDENTITY_CHECKSUM, &checksum(identity).to_ne_bytes());
    let sum = checksum(&footer[..FOOTER_CHECKSUM]);
    footer[FOOTER_CHECKSUM..].copy_from_slice(&sum.to_ne_bytes());
    footer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{DeclaredField, Kind, LaidOutField, Layout};

    fn declared(help: &'static str) -> DeclaredField {
        DeclaredField {
            unit: "requests".into(),
            help: help.into(),
            parameters: [3, 4],
            ..DeclaredField::zeroed("hits", "Q", Kind::Counter)
        }
    }

    /// Free space, one entry, an identity and a footer.
    fn trailer() -> Vec<u8> {
        let declared = declared("How many.");
        let field = LaidOutField::new(&declared, 1, Layout::Aligned);
        let mut bytes = vec![0; 64];
        Entry::encode(&declared, &field, &mut bytes);
        let identity = Identity { pid: 7, ..Identity::default() }.encode();
        let offset = bytes.len();
        bytes.extend(&identity);
        bytes.extend(encode_footer(&identity, offset));
        bytes
    }

    fn entries(bytes: &[u8], chain_end: usize) -> Vec<Entry<'_>> {
        let trailer = Trailer::find(bytes, chain_end).unwrap().unwrap();
        trailer.entries().collect()
    }

    #[test]
    fn a_trailer_round_trips() {
        let bytes = trailer();
        let found = Trailer::find(&bytes, 3).unwrap().unwrap();
        assert_eq!(found.identity().unwrap().pid, 7);
        let entry = entries(&bytes, 3)[0];
        assert_eq!((entry.field_offset(), entry.kind()), (1, Some(Kind::Counter)));
        assert_eq!((entry.unit(), entry.help()), ("requests", "How many."));
        assert_eq!(entry.parameters(), [3, 4]);
    }

    #[test]
    fn nothing_in_front_of_the_chain_s_end_is_believed() {
        let bytes = trailer();
        assert_eq!(entries(&bytes, 64).len(), 1);
        assert_eq!(entries(&bytes, 65).len(), 0);
        assert!(Trailer::find(&bytes, bytes.len()).unwrap().is_none());
    }

    #[test]
    fn any_changed_bit_hides_the_part_that_has_it() {
        let bytes = trailer();
        let intact = entries(&bytes, 3).len();
        for bit in 64 * 8..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let found = Trailer::find(&changed, 3).ok().flatten();
            let seen = found.map_or(0, |trailer| trailer.entries().count());
            assert!(seen < intact, "bit {bit}");
        }
    }

    #[test]
    fn unknown_extensions_and_the_other_byte_order_are_told() {
        let mut bytes = trailer();
        let start = bytes.len() - FOOTER_SIZE;
        bytes[start + INCOMPATIBLE] = 4;
        let sum = checksum(&bytes[start..start + FOOTER_CHECKSUM]);
        bytes[start + FOOTER_CHECKSUM..].copy_from_slice(&sum.to_ne_bytes());
        let error = Trailer::find(&bytes, 3).unwrap_err();
        assert!(
            matches!(error, FormatError::UnknownExtension { bits } if bits.trailing_zeros() % 8 == 2)
        );

        let mut bytes = trailer();
        bytes[start + MARK..start + MARK + 4].reverse();
        assert_eq!(Trailer::find(&bytes, 3).unwrap_err(), FormatError::ForeignByteOrder);
    }

    #[test]
    fn a_compatible_extension_is_ignored() {
        let mut bytes = trailer();
        let start = bytes.len() - FOOTER_SIZE;
        bytes[start + COMPATIBLE] = 1;
        let sum = checksum(&bytes[start..start + FOOTER_CHECKSUM]);
        bytes[start + FOOTER_CHECKSUM..].copy_from_slice(&sum.to_ne_bytes());
        assert_eq!(entries(&bytes, 3).len(), 1);
    }
}
