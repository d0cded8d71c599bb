//! Unaligned native-endian loads from bytes; `None` past the end.

use bytemuck::AnyBitPattern;

fn load<T: AnyBitPattern>(bytes: &[u8], at: usize) -> Option<T> {
    let end = at.checked_add(size_of::<T>())?;
    bytes.get(at..end).map(bytemuck::pod_read_unaligned)
}

/// A `u16` at this offset.
pub fn load_u16(bytes: &[u8], at: usize) -> Option<u16> {
    load(bytes, at)
}

/// A `u32` at this offset.
pub fn load_u32(bytes: &[u8], at: usize) -> Option<u32> {
    load(bytes, at)
}

/// A `u64` at this offset.
pub(crate) fn load_u64(bytes: &[u8], at: usize) -> Option<u64> {
    load(bytes, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_end_with_the_bytes() {
        let bytes = 0x0102_0304_u32.to_ne_bytes();
        assert_eq!(load_u32(&bytes, 0), Some(0x0102_0304));
        assert_eq!(load_u32(&bytes, 1), None);
        assert_eq!(load_u16(&bytes, usize::MAX), None);
        assert_eq!(load_u64(&bytes, 0), None);
    }
}
