//! Numbers of a fixed width, packed from each byte's lowest bit on.

use crate::error::{BlobError, Expected};
use crate::reader::Reader;

/// The most numbers that are packed together.
pub const MOST_NUMBERS: usize = 60;

/// Appends the lowest `width` bits of each number, and zeros up to a whole byte.
pub fn pack(numbers: impl Iterator<Item = u64>, width: u32, into: &mut Vec<u8>) {
    let (mut bits, mut filled) = (0_u128, 0);
    for number in numbers {
        bits |= u128::from(number) << filled;
        filled += width;
        while filled >= 8 {
            into.push(bits as u8);
            bits >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        into.push(bits as u8);
    }
}

/// How many bytes `count` numbers take.
pub const fn size(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(8)
}

/// Puts a number of `width` bits, at most 64, into each of the `count` slots, at most
/// [`MOST_NUMBERS`].
///
/// # Errors
///
/// If fewer bits are left, or those up to a whole byte aren't zero.
pub fn unpack<'s>(
    from: &mut Reader<'_>,
    width: u32,
    count: usize,
    slots: impl Iterator<Item = &'s mut u64>,
) -> Result<(), BlobError> {
    let offset = from.offset();
    let bytes = from.take(size(count, width), "bits")?;
    // Each number is within the 16 bytes from its first one on, of which the last are zeros.
    let mut padded = [0; size(MOST_NUMBERS, 64) + 16];
    padded[..bytes.len()].copy_from_slice(bytes);
    let mask = (1_u128 << width) - 1;
    for (slot, number) in slots.zip(0..count) {
        let at = number * width as usize;
        let from_first = padded[at / 8..].first_chunk().map_or(0, |it| u128::from_le_bytes(*it));
        *slot = (from_first >> (at % 8) & mask) as u64;
    }
    let behind = (count * width as usize) % 8;
    match bytes.last().filter(|_| behind > 0).map_or(0, |last| last >> behind) {
        0 => Ok(()),
        rest => {
            let expected = Expected::Exactly(0);
            Err(BlobError::new(offset, "bits behind the last", rest.into(), expected))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(bytes: &[u8], count: usize, width: u32) -> Result<Vec<u64>, BlobError> {
        let (mut reader, mut numbers) = (Reader::new(bytes), vec![0; count]);
        unpack(&mut reader, width, count, numbers.iter_mut())?;
        reader.end("bytes")?;
        Ok(numbers)
    }

    #[test]
    fn numbers_of_every_width_come_back() {
        for width in 0..=64 {
            let mask = ((1_u128 << width) - 1) as u64;
            let numbers: Vec<_> =
                (1..=60_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) & mask).collect();
            let mut bytes = Vec::new();
            pack(numbers.iter().copied(), width, &mut bytes);
            assert_eq!(bytes.len(), size(60, width));
            assert_eq!(unpacked(&bytes, 60, width), Ok(numbers), "{width}");
            if width > 0 {
                let cut = &bytes[..bytes.len() - 1];
                assert_eq!(unpacked(cut, 60, width).unwrap_err().field(), "bits");
            }
        }
    }

    #[test]
    fn bits_behind_the_last_number_are_zero() {
        let error = unpacked(&[0b1000_0111], 1, 3).unwrap_err();
        assert_eq!(error.to_string(), "offset 0: bits behind the last is 16, expected 0");
    }
}
