//! All words of a writer, from which reading can begin.

use crate::error::{BlobError, Expected};
use crate::reader::Reader;
use mmstats_sqlite::varint;

/// Appends all words: runs of zeros, and of others, with their lengths.
pub fn encode(words: &[u64], into: &mut Vec<u8>) {
    varint::put(into, words.len() as u64);
    let mut rest = words;
    while !rest.is_empty() {
        let zeros = rest.iter().take_while(|word| **word == 0).count();
        rest = &rest[zeros..];
        varint::put(into, zeros as u64);
        let others = rest.iter().take_while(|word| **word != 0).count();
        varint::put(into, others as u64);
        for word in &rest[..others] {
            varint::put(into, *word);
        }
        rest = &rest[others..];
    }
}

/// Reads all words, of which a writer has at most `words`.
pub fn decode(from: &mut Reader<'_>, words: u32) -> Result<Vec<u64>, BlobError> {
    let count = from.at_most(words.into(), "words of the keyframe")? as usize;
    // A keyframe that is cut short allocates for the words that it has.
    let mut found = Vec::new();
    while found.len() < count {
        let zeros = from.at_most((count - found.len()) as u64, "run of zeros")? as usize;
        found.resize(found.len() + zeros, 0);
        let offset = from.offset();
        let others = from.count(1, "run of words")?;
        let (others_u64, left) = (others as u64, (count - found.len()) as u64);
        let expected =
            if others_u64 > left { Expected::AtMost(left) } else { Expected::AtLeast(1) };
        if others_u64 > left || (others == 0 && left > 0) {
            return Err(BlobError::new(offset, "run of words", others_u64, expected));
        }
        for _ in 0..others {
            found.push(from.varint("word")?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_zeros_cost_a_length() {
        let mut sparse = vec![0; 700];
        sparse[3] = 5;
        sparse[4] = u64::MAX;
        for (words, size) in [(vec![], 1), (vec![0; 600], 2 + 2 + 1), (sparse, 2 + 2 + 11 + 2 + 1)]
        {
            let mut bytes = Vec::new();
            encode(&words, &mut bytes);
            assert_eq!(bytes.len(), size);
            let mut reader = Reader::new(&bytes);
            assert_eq!(decode(&mut reader, 700), Ok(words));
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn runs_are_within_the_words() {
        for (bytes, message) in [
            (&[9][..], "offset 0: words of the keyframe is 9, expected at most 8"),
            (&[8, 9], "offset 1: run of zeros is 9, expected at most 8"),
            (&[8, 1, 0], "offset 2: run of words is 0, expected at least 1"),
            (&[2, 1, 2, 1, 1], "offset 2: run of words is 2, expected at most 1"),
            (&[8, 0, 5, 1, 1], "offset 2: run of words is 5, expected at most 2"),
        ] {
            let error = decode(&mut Reader::new(bytes), 8).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
