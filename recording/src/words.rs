//! Word numbers, ascending, as gaps.

use crate::error::{BlobError, Expected};
use crate::reader::Reader;

/// The gaps of ascending word numbers: how many words each leaves out after the last one.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    next: u64,
}

impl Gaps {
    /// The gap before `word`.
    ///
    /// # Panics
    ///
    /// If `word` isn't above all before.
    pub fn before(&mut self, word: u32) -> u64 {
        let gap = u64::from(word).checked_sub(self.next).expect("words ascend");
        self.next = u64::from(word) + 1;
        gap
    }

    /// The word behind a gap. `offset` is where the gap stood, and `words` how many words there are.
    pub fn word(&mut self, gap: u64, words: u32, offset: usize) -> Result<u32, BlobError> {
        let word = self.next.saturating_add(gap);
        let most = u64::from(words).saturating_sub(1);
        if word >= u64::from(words) {
            return Err(BlobError::new(offset, "word", word, Expected::AtMost(most)));
        }
        self.next = word + 1;
        Ok(word as u32)
    }

    /// The word behind the gap that is next.
    pub fn read(&mut self, from: &mut Reader<'_>, words: u32) -> Result<u32, BlobError> {
        let offset = from.offset();
        let gap = from.varint("word gap")?;
        self.word(gap, words, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_ascend_and_stay_below_their_number() {
        let mut gaps = Gaps::default();
        assert_eq!([0, 1, 9].map(|word| gaps.before(word)), [0, 0, 7]);
        let mut gaps = Gaps::default();
        assert_eq!(gaps.word(3, 5, 0), Ok(3));
        // This one would be word 3 again, modulo 2^64.
        assert_eq!(gaps.word(u64::MAX, 5, 7).unwrap_err().offset(), 7);
        assert_eq!(gaps.word(1, 5, 7).unwrap_err().offset(), 7);
        assert_eq!(gaps.word(0, 5, 7), Ok(4));
        assert!(Gaps::default().word(0, 0, 0).is_err());
    }
}
