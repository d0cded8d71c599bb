//! Whole numbers of 1 to 8 bytes in either byte order.

use crate::format::ByteOrder;

/// A number without a sign.
pub(crate) fn unsigned(bytes: &[u8], order: ByteOrder) -> u64 {
    let mut word = [0; 8];
    match order {
        ByteOrder::Little => {
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        }
        ByteOrder::Big => {
            word[8 - bytes.len()..].copy_from_slice(bytes);
            u64::from_be_bytes(word)
        }
    }
}

/// A number in two's complement.
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
