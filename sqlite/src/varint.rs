//! Integers of variable length: seven bits per byte, the lowest first.

/// Appends a number.
pub fn put(into: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

/// Appends a signed number, zigzag-encoded.
pub fn put_signed(into: &mut Vec<u8>, number: i64) {
    put(into, zigzag(number));
}

/// Removes a number from the front; `None` if it is incomplete or above 2^64 − 1.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if shift == 63 && byte > 1 {
            return None;
        }
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Removes a signed number from the front; `None` likewise.
pub fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    take(bytes).map(signed)
}

/// A signed number from its zigzag code.
pub fn signed(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// How many bytes a number takes.
pub fn size(number: u64) -> usize {
    (64 - (number | 1).leading_zeros()).div_ceil(7) as usize
}

/// The zigzag code of a signed number: small if it is near 0.
pub fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_what_is_cut_short_is_none() {
        for number in [0, 1, 127, 128, 300, 1 << 35, 1 << 63, u64::MAX] {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            assert_eq!(bytes.len(), size(number));
            put_signed(&mut bytes, number as i64);
            let mut rest = &*bytes;
            assert_eq!(take(&mut rest), Some(number));
            assert_eq!(take_signed(&mut rest), Some(number as i64));
            assert!(rest.is_empty());
            assert_eq!(take(&mut rest), None);
        }
        assert_eq!(take(&mut [0x80; 9].as_slice()), None);
        assert_eq!(take(&mut [0x80; 20].as_slice()), None);
    }

    #[test]
    fn a_number_beyond_64_bits_is_none() {
        let mut bytes = [0xff; 10];
        bytes[9] = 1;
        assert_eq!(take(&mut bytes.as_slice()), Some(u64::MAX));
        bytes[9] = 2;
        assert_eq!(take(&mut bytes.as_slice()), None);
    }
}
