//! The checksum at the end of a blob.

use mmstats::__private::format::{checksum, checksum_step};

use crate::error::{BlobError, Expected};

const SIZE: usize = 8;

/// Appends the checksum of what `blob` has.
pub fn seal(blob: &mut Vec<u8>) {
    let sum = sum(blob);
    blob.extend(sum.to_le_bytes());
}

/// The content of a blob: what stands before its checksum.
///
/// # Errors
///
/// If the checksum is another one, or missing.
pub fn unseal(blob: &[u8]) -> Result<&[u8], BlobError> {
    let Some((content, found)) = blob.split_last_chunk::<SIZE>() else {
        let found = blob.len() as u64;
        return Err(BlobError::new(0, "checksum", found, Expected::Bytes(SIZE as u64)));
    };
    let (found, expected) = (u64::from_le_bytes(*found), sum(content));
    if found != expected {
        let expected = Expected::Checksum(expected);
        return Err(BlobError::new(content.len(), "checksum", found, expected));
    }
    Ok(content)
}

/// The checksum of some bytes, zeros up to a whole word, and a word with how many bytes they are.
///
/// Words are little-endian, whatever the machine.
pub fn sum(content: &[u8]) -> u64 {
    let step = |sum, word: &[u8; 8]| checksum_step(sum, u64::from_le_bytes(*word).to_ne_bytes());
    let (words, rest) = content.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let last = (!rest.is_empty()).then_some(last);
    let length = (content.len() as u64).to_le_bytes();
    words.iter().chain(&last).chain([&length]).fold(checksum(&[]), step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_whole_words_with_the_length() {
        let mut words: Vec<u8> = (1..=13).collect();
        let found = sum(&words);
        words.resize(16, 0);
        words.extend(13_u64.to_le_bytes());
        if cfg!(target_endian = "little") {
            assert_eq!(found, checksum(&words));
        }
    }

    #[test]
    fn a_change_of_any_bit_and_of_the_length_is_seen() {
        for size in [0_u8, 1, 8, 21] {
            let content: Vec<_> = (0..size).collect();
            let mut blob = content.clone();
            seal(&mut blob);
            assert_eq!(unseal(&blob), Ok(&*content));
            for bit in 0..blob.len() * 8 {
                let mut changed = blob.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(unseal(&changed).unwrap_err().offset(), content.len());
            }
            for cut in 0..blob.len() {
                assert!(unseal(&blob[..cut]).is_err(), "{cut} of {}", blob.len());
            }
            blob.insert(content.len(), 0);
            assert!(unseal(&blob).is_err());
        }
    }
}
