//! The checksum of the trailer's parts.
//!
//! FNV-1a a word at a time, with a rotation so that equal changes of two words' top bits don't
//! cancel. Every step is a bijection of the state, so a change within one word is always detected.
//! It guards against half-copied and damaged parts, not against forgery. A word at a time because a
//! reader of ten thousand files verifies every part of every trailer: byte-wise FNV costs more than
//! opening and reading the file.

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The checksum of `bytes`, whose length is a multiple of 8.
pub fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    debug_assert!(rest.is_empty(), "the parts of a trailer are whole words");
    words.iter().fold(BASIS, |sum, word| checksum_step(sum, *word))
}

/// The checksum of what has the checksum `sum`, and of a further word.
pub fn checksum_step(sum: u64, word: [u8; 8]) -> u64 {
    (sum ^ u64::from_ne_bytes(word)).wrapping_mul(PRIME).rotate_left(29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_any_bit_is_seen() {
        let bytes: Vec<u8> = (0..64).collect();
        let sum = checksum(&bytes);
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(checksum(&changed), sum, "bit {bit}");
        }
    }

    #[test]
    fn equal_changes_of_two_words_do_not_cancel() {
        let bytes = [0u8; 32];
        let mut changed = bytes;
        changed[7] ^= 0x80;
        changed[15] ^= 0x80;
        assert_ne!(checksum(&changed), checksum(&bytes));
    }
}
