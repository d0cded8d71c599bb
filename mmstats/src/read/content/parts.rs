//! The parts of a content, and a content of parts.

use std::sync::Arc;

use super::Content;
use crate::format::{FormatError, replace_identity};
use crate::read::parsed::Parsed;
use crate::read::{structure, words};

impl Content {
    /// Puts a file together again: the inverse of [`structure`](Self::structure),
    /// [`identity_bytes`](Self::identity_bytes) and [`append_words`](Self::append_words).
    pub(in crate::read) fn of_parts(
        structure: &[u8],
        identity: &[u8],
        words: &[u64],
    ) -> Result<Self, FormatError> {
        let mut content = Self::of_bytes(structure)?;
        let range = content.parsed.identity.clone();
        let (expected, found) = (range.as_ref().map_or(0, ExactSizeIterator::len), identity.len());
        if expected != found {
            return Err(FormatError::IdentitySize { expected, found });
        }
        if let Some(range) = range {
            replace_identity(content.image.bytes_mut(), range, identity);
        }
        content.set_words(words)?;
        Ok(content)
    }

    /// The bytes of the identity; none without a trailer.
    pub(in crate::read) fn identity_bytes(&self) -> &[u8] {
        self.parsed.identity.clone().map_or(&[], |range| &self.image.bytes()[range])
    }

    /// The bytes without values, free space and identity.
    pub(in crate::read) fn structure(&self) -> Vec<u8> {
        structure::structure(&self.parsed, self.image.bytes())
    }

    /// What was parsed, which stays the same as long as nothing but values change.
    pub(in crate::read) fn parsed(&self) -> &Arc<Parsed> {
        &self.parsed
    }

    /// Appends the values.
    pub(in crate::read) fn append_words(&self, words: &mut Vec<u64>) {
        words::append(&self.parsed.fields, self.image.bytes(), words);
    }

    /// Takes other values, each of which is stable. Clones keep what they have.
    pub(in crate::read) fn set_words(&mut self, words: &[u64]) -> Result<(), FormatError> {
        let (expected, found) = (self.parsed.word_count(), words.len());
        if expected != found {
            return Err(FormatError::WordCount { expected, found });
        }
        words::store(&self.parsed.fields, words, self.image.bytes_mut());
        self.unstable.clear();
        self.revision += 1;
        Ok(())
    }

    /// Takes other values of single words. Clones keep what they have.
    pub(in crate::read) fn change_words(
        &mut self,
        words: impl IntoIterator<Item = (u32, u64)>,
    ) -> Result<(), FormatError> {
        self.revision += 1;
        let stored = words::store_some(&self.parsed.fields, words, self.image.bytes_mut());
        let expected = || self.parsed.word_count();
        stored.map_err(|word| FormatError::WordCount { expected: expected(), found: word + 1 })
    }

    /// How often other bytes were taken since it was parsed.
    pub(in crate::read) fn revision(&self) -> u64 {
        self.revision
    }

    /// The indices of the stats whose values are unstable, sorted.
    pub(in crate::read) fn unstable(&self) -> &[u32] {
        &self.unstable
    }

    /// Takes other values for unstable; indices beyond the last stat are left out.
    pub(in crate::read) fn set_unstable(&mut self, unstable: &[u32]) {
        let known = |&index: &u32| (index as usize) < self.parsed.fields.len();
        self.unstable.clear();
        self.unstable.extend(unstable.iter().copied().filter(known));
        self.unstable.sort_unstable();
        self.unstable.dedup();
    }
}
