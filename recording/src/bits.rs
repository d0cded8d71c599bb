//! Numbers of a fixed width, packed from each byte's lowest bit on.

use crate::error::{BlobError, Expected};
use crate::reader::Reader;

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
pub fn size(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(8)
}

/// Puts a number of `width` bits, at most 64, into each of the `count` slots.
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
    let mut bytes = from.take(size(count, width), "bits")?.iter();
    let mask = (1_u128 << width) - 1;
    let (mut bits, mut filled) = (0_u128, 0);
    for slot in slots.take(count) {
        while filled < width {
            bits |= u128::from(*bytes.next().unwrap_or(&0)) << filled;
            filled += 8;
        }
        *slot = (bits & mask) as u64;
        bits >>= width;
        filled -= width;
    }
    match bits as u64 {
        0 => Ok(()),
        rest => Err(BlobError::new(offset, "bits behind the last", rest, Expected::Exactly(0))),
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
                (1..=61_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) & mask).collect();
            let mut bytes = Vec::new();
            pack(numbers.iter().copied(), width, &mut bytes);
            assert_eq!(bytes.len(), size(61, width));
            assert_eq!(unpacked(&bytes, 61, width), Ok(numbers), "{width}");
            if width > 0 {
                let cut = &bytes[..bytes.len() - 1];
                assert_eq!(unpacked(cut, 61, width).unwrap_err().field(), "bits");
            }
        }
    }

    #[test]
    fn bits_behind_the_last_number_are_zero() {
        let error = unpacked(&[0b1000_0111], 1, 3).unwrap_err();
        assert_eq!(error.to_string(), "offset 0: bits behind the last is 16, expected 0");
    }
}
