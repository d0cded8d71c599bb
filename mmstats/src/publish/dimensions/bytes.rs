//! Short texts as two words, which are faster to hash and to compare than by a call.

/// The first and the last bytes of up to 16, which overlap unless there are 16.
#[inline(always)]
pub(super) fn ends(bytes: &[u8]) -> [u64; 2] {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return [u64::from_ne_bytes(*first), u64::from_ne_bytes(*last)];
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return [u32::from_ne_bytes(*first).into(), u32::from_ne_bytes(*last).into()];
    }
    match *bytes {
        [] => [0, 0],
        [first, .., last] => {
            let middle = bytes[bytes.len() / 2];
            [u64::from(first) | u64::from(middle) << 8, last.into()]
        }
        [only] => [u64::from(only) | u64::from(only) << 8, only.into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_have_every_byte() {
        for size in 0..=16 {
            let bytes: Vec<u8> = (0..size).collect();
            for at in 0..bytes.len() {
                let mut other = bytes.clone();
                other[at] = 0xff;
                assert_ne!(ends(&bytes), ends(&other), "{size} {at}");
            }
        }
    }
}
