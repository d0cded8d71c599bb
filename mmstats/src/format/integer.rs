//! Whole numbers of 1 to 8 bytes in either byte order.

use super::ByteOrder;

/// An unsigned number.
#[inline]
pub(crate) fn unsigned(bytes: &[u8], order: ByteOrder) -> u64 {
    // A fast path: nearly every number is a word, and readers of many files notice.
    if let Ok(word) = bytes.try_into() {
        return match order {
            ByteOrder::Little => u64::from_le_bytes(word),
            ByteOrder::Big => u64::from_be_bytes(word),
        };
    }
    let with_next = |number, byte: &u8| number << 8 | u64::from(*byte);
    match order {
        ByteOrder::Little => bytes.iter().rev().fold(0, with_next),
        ByteOrder::Big => bytes.iter().fold(0, with_next),
    }
}

/// A number in two's complement.
#[inline]
pub(crate) fn signed(bytes: &[u8], order: ByteOrder) -> i64 {
    let unused = 64 - 8 * bytes.len() as u32;
    (unsigned(bytes, order) << unused).cast_signed() >> unused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size() {
        for size in 1..=8 {
            let bytes = vec![0xff; size];
            assert_eq!(signed(&bytes, ByteOrder::Little), -1);
            assert_eq!(unsigned(&bytes, ByteOrder::Big), u64::MAX >> (64 - 8 * size));
        }
        assert_eq!(unsigned(&[1, 2, 3], ByteOrder::Big), 0x01_02_03);
        assert_eq!(unsigned(&[1, 2, 3], ByteOrder::Little), 0x03_02_01);
        assert_eq!(signed(&[0x80, 0], ByteOrder::Big), -0x8000);
    }
}
