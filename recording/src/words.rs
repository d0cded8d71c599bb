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
